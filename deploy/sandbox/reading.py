"""Bodies and queries as calls send them, each field and parameter held to its rule."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

from deploy.sandbox.incoming import Incoming
from deploy.sandbox.refusals import validation_failed
from deploy.sandbox.rules import Rule, problems
from deploy.sandbox.strict_json import read_json

_JSON = re.compile("application/json *(; *charset *= *utf-8)?", re.IGNORECASE)


def read_fields(incoming: Incoming, form: Mapping[str, Rule], required: Collection[str] = ()) -> dict[str, object]:
    """Read the body; raise Refusal unless it says that it is JSON, and is an object of fields in *form*.

    Those that are *required* must be among them.
    """
    if not _JSON.fullmatch(incoming.headers.get("content-type", "")):
        raise validation_failed({"Content-Type": "must be application/json"})
    try:
        fields = read_json(incoming.body)
    except ValueError as error:
        raise validation_failed({"body": "must be JSON in UTF-8, without repeated keys"}) from error
    if not isinstance(fields, dict):
        raise validation_failed({"body": "must be a JSON object"})
    missing = {name: "is required" for name in required if name not in fields}
    if found := problems(fields, form) | missing:
        raise validation_failed(found)
    return fields


def read_query(query: str, form: Mapping[str, Rule]) -> dict[str, str]:
    """Read a query string; raise Refusal unless it has parameters of *form* and nothing else."""
    parameters = read_parameters(query)
    if found := problems(parameters, form):
        raise validation_failed(found)
    return parameters


def read_parameters(query: str) -> dict[str, str]:
    """Take a query string apart; raise Refusal for one that can be read in two ways."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict") if query else []
    except ValueError as error:
        raise validation_failed({"query": "must be name=value pairs in UTF-8"}) from error
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise validation_failed({"query": "must not repeat a parameter"})
    return parameters
