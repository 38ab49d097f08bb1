"""Fills in a platform's forms from options and files. A wrong value is an error here, before any call."""

import json
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from worker.cli.platform.options import FILTERS, NEW_ORDER, option_name
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text
from worker.order_api.clients import Form
from worker.settings.problems import read_problem

MAX_FILE = 1_048_576
"""Bytes."""
_RANGES = (("since", "until"), ("min_total", "max_total"))
_PROBLEMS = {
    "extra_forbidden": "is not known to the platform",
    "string_pattern_mismatch": "has a form that is not allowed; see --help",
}
"""The ends of messages, by pydantic's type of error. For other types, the message is the one about settings."""


def fill_filters(form: type[Form], texts: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a list, filled in with *texts*. Raises `IllegalRequest`, which names an option."""
    _require_fields(form, texts, f"a list of orders at {platform}")
    try:
        filters = form.model_validate_strings(texts, strict=True)
    except ValidationError as error:
        raise _refusal(error) from error
    _require_ranges(filters)
    return filters


def fill_new_order(form: type[Form], values: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a new order, filled in with JSON *values*. Raises `IllegalRequest`, which names a field."""
    _require_fields(form, values, f"a new order at {platform}")
    try:
        return form.model_validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        raise _refusal(error) from error


def read_file(file: BinaryIO) -> dict[str, object]:
    """Return the JSON object that *file* holds, of at most 1 MiB. Raises `IllegalRequest`."""
    body = file.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise IllegalRequest("the file is larger than 1 MiB")
    try:
        document = read_document(body)
    except Malformed as error:
        raise IllegalRequest(f"the file is not usable as JSON: {error.reason}") from error
    if not isinstance(document, dict):
        raise IllegalRequest("the file is JSON, but not an object")
    return document


def _require_fields(form: type[Form], names: Iterable[str], purpose: str) -> None:
    for name in names:
        if name not in form.model_fields:
            fields = map(_display_name, form.model_fields) if _is_option(name) else form.model_fields
            raise IllegalRequest(f"{purpose} has no {_display_name(name)}; it has {', '.join(fields)}")


def _require_ranges(filters: Form) -> None:
    for first, last in _RANGES:
        least, most = getattr(filters, first, None), getattr(filters, last, None)
        if least is not None and most is not None and least > most:
            raise IllegalRequest(f"{option_name(first)} is beyond {option_name(last)}: no order can match")


def _is_option(field: str) -> bool:
    """Tell whether there is an option for *field*. A file may also have other fields."""
    return field in FILTERS or field in NEW_ORDER


def _display_name(field: str) -> str:
    return option_name(field) if _is_option(field) else f"“{clean_text(field)}”"


def _refusal(error: ValidationError) -> IllegalRequest:
    """Return the error about the first field that is wrong. The message has everything that the field may be."""
    details = error.errors(include_url=False, include_input=False)
    path = _path(details[0])
    problems = dict.fromkeys(_problem(detail) for detail in details if _path(detail) == path)
    field, *inner = path
    return IllegalRequest(f"{_display_name(field)}{''.join(f': {name}' for name in inner)} {' or '.join(problems)}")


def _problem(detail: ErrorDetails) -> str:
    return _PROBLEMS.get(detail["type"]) or read_problem(detail).sentence


def _path(detail: ErrorDetails) -> tuple[str, ...]:
    """Return the names of the fields on the path to the wrong value.

    In pydantic's path, a name directly after another name is not a field, but a type that pydantic has tried.
    """
    steps = detail["loc"]
    return tuple(
        name
        for name, before in zip(steps, (0, *steps), strict=False)
        if isinstance(name, str) and isinstance(before, int)
    )
