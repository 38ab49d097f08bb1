"""Fills in a platform's forms from options and files. What a form does not allow is refused here, before any call."""

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
_MUST = {
    "extra_forbidden": "is not known to the platform",
    "string_pattern_mismatch": "has a form that is not allowed; see --help",
}
"""The ends of messages, by pydantic's word for what is wrong, where the message about a setting would not fit."""


def fill_filters(form: type[Form], given: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a list, filled in with texts. Raises `IllegalRequest`, which names an option."""
    _require_fields(form, given, f"a list of orders at {platform}")
    try:
        filled = form.model_validate_strings(given, strict=True)
    except ValidationError as error:
        raise _refusal(error) from error
    _require_ranges(filled)
    return filled


def fill_new_order(form: type[Form], given: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a new order, filled in with JSON values. Raises `IllegalRequest`, which names an option."""
    _require_fields(form, given, f"a new order at {platform}")
    try:
        return form.model_validate_json(json.dumps(given), strict=True)
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


def _require_fields(form: type[Form], given: Iterable[str], what: str) -> None:
    for name in given:
        if name not in form.model_fields:
            fields = map(_shown, form.model_fields) if _is_option(name) else form.model_fields
            raise IllegalRequest(f"{what} has no {_shown(name)}; it has {', '.join(fields)}")


def _require_ranges(filled: Form) -> None:
    for first, last in _RANGES:
        least, most = getattr(filled, first, None), getattr(filled, last, None)
        if least is not None and most is not None and least > most:
            raise IllegalRequest(f"{option_name(first)} is beyond {option_name(last)}: no order can match")


def _is_option(field: str) -> bool:
    """Tell whether *field* may come from an option. A file names fields as the platform does."""
    return field in FILTERS or field in NEW_ORDER


def _shown(field: str) -> str:
    return option_name(field) if _is_option(field) else f"“{clean_text(field)}”"


def _refusal(error: ValidationError) -> IllegalRequest:
    """Return the error for the first field that is wrong, with all forms that it may have."""
    details = error.errors(include_url=False, include_input=False)
    path = _path(details[0])
    musts = dict.fromkeys(_must(detail) for detail in details if _path(detail) == path)
    field, *inner = path
    return IllegalRequest(f"{_shown(field)}{''.join(f': {name}' for name in inner)} {' or '.join(musts)}")


def _must(detail: ErrorDetails) -> str:
    return _MUST.get(detail["type"]) or read_problem(detail).sentence


def _path(detail: ErrorDetails) -> tuple[str, ...]:
    """Return the names of the fields that lead to what is wrong.

    In pydantic's path, a name that comes directly after another name is one of the types that pydantic has tried.
    """
    steps = detail["loc"]
    return tuple(
        name
        for name, before in zip(steps, (0, *steps), strict=False)
        if isinstance(name, str) and isinstance(before, int)
    )
