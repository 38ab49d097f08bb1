"""What the profile `capture` keeps of a request: the body, and the names and lengths of headers and query fields."""

import threading
from urllib.parse import unquote_plus

from webhook_receiver.profiles.kept_headers import kept_headers
from webhook_receiver.requests import Request
from worker.domain.instants import DAY, Instant
from worker.domain.reasons import QuarantineReason
from worker.domain.signing import split_target
from worker.domain.text import clean_text
from worker.ports import Delivery, Intake, Receipt

MAX_A_DAY = 100
"""How many bodies of one source are kept in 24 hours."""
MAX_NAMES = 40
"""How many headers, and how many fields of the query, are named."""


class Captures:
    """Keeps requests, to be looked at."""

    def __init__(self, intake: Intake) -> None:
        self._intake, self._lock = intake, threading.Lock()

    def keep(self, source: str, request: Request, now: Instant) -> Receipt | None:
        """Keep *request*; None if enough of them were kept in the last 24 hours.

        One thread counts and writes at a time. Other processes do not wait for it: each may keep one delivery more.
        """
        with self._lock:
            if self._intake.count_quarantined(source, QuarantineReason.CAPTURED, now - DAY) >= MAX_A_DAY:
                return None
            return self._intake.write(captured(source, request, now))


def captured(source: str, request: Request, received_at: Instant) -> Delivery:
    """Return the delivery that keeps *request*. It has no value of a header, because that may be a secret."""
    headers = [f"{name} ({len(value)})" for name, value in sorted(request.headers.items())[:MAX_NAMES]]
    query = split_target(request.target)[1].removeprefix(b"?").decode("latin-1")
    fields = [_shown(field) for field in query[:4096].split("&") if field][:MAX_NAMES]
    detail = f"{request.method}; headers: {', '.join(headers)}; query: {', '.join(fields)}"
    return Delivery(
        source,
        received_at,
        request.body,
        unusable=QuarantineReason.CAPTURED,
        detail=clean_text(detail, limit=2000),
        peer=request.peer,
        headers=kept_headers(request.headers, secret=request.headers),
    )


def _shown(field: str) -> str:
    """Return the name and the length of a field of the query, or only its length if it has no value.

    What has no value may be a secret itself, also if it ends in `=`: then it may be Base64.
    """
    name, _, value = field.partition("=")
    return f"{unquote_plus(name)} ({len(unquote_plus(value))})" if value.strip("=") else f"({len(field)})"
