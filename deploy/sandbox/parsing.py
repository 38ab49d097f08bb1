"""Parses bodies and queries of calls, and checks each field and parameter."""

import re
from collections.abc import Collection
from urllib.parse import parse_qsl

from deploy.sandbox.errors import validation_failed
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.rules import Schema, find_problems
from deploy.sandbox.strict_json import parse_json

_JSON = re.compile("application/json *(; *charset *= *utf-8)?", re.IGNORECASE)


def parse_body(request: HttpRequest, schema: Schema, required: Collection[str] = ()) -> dict[str, object]:
    """Return the fields of a JSON body: all valid in *schema*, with every *required* one.

    Raise ApiError for any other body, and for a Content-Type that is not JSON.
    """
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise validation_failed({"Content-Type": "must be application/json"})
    try:
        fields = parse_json(request.body)
    except ValueError as error:
        raise validation_failed({"body": "must be JSON in UTF-8, without repeated keys"}) from error
    if not isinstance(fields, dict):
        raise validation_failed({"body": "must be a JSON object"})
    missing = {name: "is required" for name in required if name not in fields}
    if problems := find_problems(fields, schema) | missing:
        raise validation_failed(problems)
    return fields


def parse_query(query: str, schema: Schema) -> dict[str, str]:
    """Return the parameters of a query string; raise ApiError unless all of them are valid in *schema*."""
    parameters = split_query(query)
    if problems := find_problems(parameters, schema):
        raise validation_failed(problems)
    return parameters


def split_query(query: str) -> dict[str, str]:
    """Return the parameters of a query string, unchecked; raise ApiError for an ambiguous one."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict") if query else []
    except ValueError as error:
        raise validation_failed({"query": "must be name=value pairs in UTF-8"}) from error
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise validation_failed({"query": "must not repeat a parameter"})
    return parameters
