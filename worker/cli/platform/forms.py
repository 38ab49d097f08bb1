"""Forms, filled in from options and files. What a platform's form does not take is refused here, before any call."""

import json
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from worker.cli.platform.options import FILTERS, MAX_FILE, NEW_ORDER, spelled
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text
from worker.order_api.clients import Form
from worker.settings.problems import read_problem

_RANGES = (("since", "until"), ("min_total", "max_total"))
_DEMANDS = {
    "extra_forbidden": "is not known to the platform",
    "string_pattern_mismatch": "has a form that is not allowed; --help tells which is",
}
"""By pydantic's word for what is wrong, where a setting would be spoken of otherwise."""


def filters(form: type[Form], given: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a list, filled in with texts; raises `IllegalRequest`, naming an option."""
    _require_fields(form, given, f"a list of orders at {platform}")
    try:
        filled = form.model_validate_strings(given, strict=True)
    except ValidationError as error:
        raise _refusal(error) from error
    _require_ranges(filled)
    return filled


def new_order(form: type[Form], given: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a new order, filled in with JSON values; raises `IllegalRequest`, naming an option."""
    _require_fields(form, given, f"a new order at {platform}")
    try:
        return form.model_validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        raise _refusal(error) from error


def read_file(file: BinaryIO) -> dict[str, object]:
    """Return the JSON object that *file* holds, of at most 1 MiB; raises `IllegalRequest`."""
    body = file.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise IllegalRequest("the file is larger than 1 MiB")
    try:
        document = read_document(body)
    except Malformed as error:
        raise IllegalRequest(f"the file is not usable as JSON: {error.reason}") from error
    if not isinstance(document, dict):
        raise IllegalRequest("the file holds JSON, but no object")
    return document


def _require_fields(form: type[Form], given: Iterable[str], what: str) -> None:
    for name in given:
        if name not in form.model_fields:
            fields = map(_named, form.model_fields) if _is_option(name) else form.model_fields
            raise IllegalRequest(f"{what} has no {_named(name)}; it has {', '.join(fields)}")


def _require_ranges(filled: Form) -> None:
    for first, last in _RANGES:
        least, most = getattr(filled, first, None), getattr(filled, last, None)
        if least is not None and most is not None and least > most:
            raise IllegalRequest(f"{spelled(first)} is beyond {spelled(last)}: no order can be found")


def _is_option(field: str) -> bool:
    """Tell whether *field* may have come from an option: a file names fields as the platform does."""
    return field in FILTERS or field in NEW_ORDER


def _named(field: str) -> str:
    return spelled(field) if _is_option(field) else f"“{clean_text(field)}”"


def _refusal(error: ValidationError) -> IllegalRequest:
    """Make the error for the first field that is wrong, with all that it may be instead."""
    details = error.errors(include_url=False, include_input=False)
    path = _path(details[0])
    demands = dict.fromkeys(_demand(detail) for detail in details if _path(detail) == path)
    field, *inner = path
    return IllegalRequest(f"{_named(field)}{''.join(f': {name}' for name in inner)} {' or '.join(demands)}")


def _demand(detail: ErrorDetails) -> str:
    return _DEMANDS.get(detail["type"]) or read_problem(detail).sentence


def _path(detail: ErrorDetails) -> tuple[str, ...]:
    """Name the fields that lead to what is wrong.

    Between them stand numbers; what follows a name at once is one of the types that were tried there.
    """
    steps = detail["loc"]
    return tuple(
        name
        for name, before in zip(steps, (0, *steps), strict=False)
        if isinstance(name, str) and isinstance(before, int)
    )
