"""Reads a request in a WSGI environment into plain values. It answers nothing."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wsgi import get_content_length

Environ = dict[str, Any]

_ORIGIN = re.compile(rb"\A[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
"""The scheme and the host with which an absolute target begins. A sender signs only what follows."""


def request_headers(environ: Environ) -> dict[str, str]:
    """Return all headers of the request, by their names in lower case."""
    return {name: value for key, value in environ.items() if (name := _header_name(key))}


@lru_cache(512)
def _header_name(key: str) -> str:
    """Return the name of the header that is at *key* of an environment; empty if there is something else."""
    if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
        return key.removeprefix("HTTP_").replace("_", "-").lower()
    return ""


def request_target(environ: Environ) -> bytes:
    """Return the request target as received, without the scheme and the host of an absolute one (RFC 9112, 3.2.2).

    If the server does not pass it on, it is rebuilt. If that is not the target as sent, the signature does not match.
    """
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if raw is None:
        raw = quote(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""), encoding="latin-1")
        raw += "?" + environ.get("QUERY_STRING", "")
    return _ORIGIN.sub(b"", str(raw).encode("latin-1", "replace"))


def read_body(environ: Environ, limit: int) -> bytes:
    """Return the whole body. Raises 413 when it has more than *limit* bytes, and 400 when it was cut short.

    At most *limit* + 1 bytes are read, whether the request has a `Content-Length` or not.
    """
    length = get_content_length(environ)
    if length is None and not environ.get("wsgi.input_terminated"):
        return b""
    if length is not None and length > limit:
        raise RequestEntityTooLarge
    body = bytearray()
    most = limit + 1 if length is None else length
    try:
        while chunk := environ["wsgi.input"].read(most - len(body)):
            body += chunk
    except Exception as error:  # each server has exceptions of its own for broken and truncated chunks
        raise BadRequest from error
    if len(body) > limit:
        raise RequestEntityTooLarge
    if len(body) < (length or 0):
        raise BadRequest
    return bytes(body)
