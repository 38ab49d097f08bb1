"""What is kept of the headers of a request: all names, and the values of those that are known to be no secrets."""

from collections.abc import Collection, Mapping
from json import JSONEncoder

MAX_BYTES = 1024
"""The longest text that is kept."""
MAX_NAME, MAX_VALUE = 60, 200
"""Characters of a name, and of a value, that are kept."""
SHOWN = frozenset(
    {
        *("accept", "content-encoding", "content-length", "content-type", "date", "host", "user-agent"),
        *("idempotency-key", "request-id", "x-request-id", "x-correlation-id"),
        *("webhook-id", "webhook-timestamp", "svix-id", "svix-timestamp"),
        *("x-timestamp", "x-delivery-id", "x-webhook-id", "x-webhook-event"),
        *("x-event", "x-event-id", "x-event-name", "x-event-type"),
    }
)
"""The headers whose values are kept, in lower case: they say what was sent, and never who may send it."""

_encode = JSONEncoder(separators=(",", ":")).encode


def kept_headers(headers: Mapping[str, str], secret: Collection[str] = ()) -> str:
    """Return *headers* as a JSON object in ASCII of at most `MAX_BYTES`: by name, the value, or null if it is not kept.

    The values of *secret*, which are names in lower case, are never kept. What is too long is cut, and what has no room
    is left out, from the end.
    """
    kept = {
        name[:MAX_NAME]: value[:MAX_VALUE] if name in SHOWN and name not in secret else None
        for name, value in headers.items()
    }
    text = _encode(kept)
    while len(text) > MAX_BYTES:
        kept.popitem()
        text = _encode(kept)
    return text
