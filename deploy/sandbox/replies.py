"""Answers as bytes, whatever they say: JSON, and what a fault wants instead."""

import json

from flask import Response


def as_json(status: int, content: object) -> Response:
    """Answer with *content* as JSON."""
    return Response(json.dumps(content, ensure_ascii=False), status=status, content_type="application/json")


def raw(status: int, body: object, size: int | None, content_type: str) -> Response:
    """Answer with *body* as it stands when it is a string, else as JSON; repeated and cut to *size* bytes if given."""
    content = (body if isinstance(body, str) else json.dumps(body)).encode()
    if size is not None:
        content = (content * (size // max(1, len(content)) + 1))[:size]
    return Response(content, status=status, content_type=content_type)
