"""Responses in JSON, and responses with any body that a fault defines."""

import json

from flask import Response


def json_response(status: int, content: object) -> Response:
    """Return *content* as JSON with the HTTP status *status*."""
    return Response(json.dumps(content, ensure_ascii=False), status=status, content_type="application/json")


def raw_response(status: int, body: object, size: int | None, content_type: str) -> Response:
    """Return a response with *body*: a string as it is, anything else as JSON.

    With a *size*, the body is repeated and cut to that number of bytes.
    """
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    if size is not None:
        content = (content * (size // max(1, len(content)) + 1))[:size]
    return Response(content, status=status, content_type=content_type)
