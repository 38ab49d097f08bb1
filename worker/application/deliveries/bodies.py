"""Bodies of deliveries as text for people."""

import json
from collections.abc import Callable

from worker.domain.documents import Malformed, read_document, read_leniently
from worker.domain.text import visible

Mask = Callable[[str], str]
"""Returns a text without what is secret in it."""


def readable_body(body: bytes, limit: int, mask: Mask) -> str:
    """Return a body as printable text, at most *limit* characters of it. *mask* takes out what is secret.

    JSON is indented, and JSON with values that cannot be used is shown as it came. Other bodies are Python literals.
    Every character that does not print is shown as an escape.
    """
    try:
        text = json.dumps(read_document(body), indent=2, ensure_ascii=False)
    except Malformed:
        text = body.decode("utf-8", "backslashreplace") if _is_json(body) else repr(body)
    text = visible(mask(text))  # the mask first: it does not find a secret that is cut or has escapes
    return text if len(text) <= limit else f"{text[:limit]}\n… and {len(text) - limit} characters more"


def _is_json(body: bytes) -> bool:
    try:
        read_leniently(body)
    except Malformed:
        return False
    return True
