"""What the profile `capture` keeps of a request: the body, and the names and lengths of headers and query fields."""

from urllib.parse import parse_qsl

from webhook_receiver.requests import Request
from worker.domain.instants import Instant
from worker.domain.reasons import QuarantineReason
from worker.domain.signing import split_target
from worker.domain.text import clean_text
from worker.ports import Delivery

MAX_A_DAY = 100
"""How many bodies of one source are kept in 24 hours."""
MAX_NAMES = 40
"""How many headers, and how many fields of the query, are named."""


def captured(source: str, request: Request, received_at: Instant) -> Delivery:
    """Return the delivery that keeps *request*. It has no value of a header, because that may be a secret."""
    headers = [f"{name} ({len(value)})" for name, value in sorted(request.headers.items())[:MAX_NAMES]]
    query = split_target(request.target)[1].removeprefix(b"?").decode("latin-1")
    fields = [f"{name} ({len(value)})" for name, value in parse_qsl(query[:4096], keep_blank_values=True)[:MAX_NAMES]]
    detail = f"{request.method}; headers: {', '.join(headers)}; query: {', '.join(fields)}"
    return Delivery(
        source,
        received_at,
        request.body,
        unusable=QuarantineReason.CAPTURED,
        detail=clean_text(detail, limit=2000),
    )
