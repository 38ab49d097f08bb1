"""Forms, filled in from options and files. What a platform's form does not take is refused here, before any call."""

import json
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from worker.cli.platform_options import FILTERS, MAX_FILE, NEW_ORDER, spelled
from worker.domain.documents import Malformed, read_document
from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text
from worker.order_api.books import Form
from worker.settings.problems import UNKNOWN, read_problem


def filters(form: type[Form], given: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a list, filled in with texts; raises `IllegalRequest`, naming an option."""
    _insist_on_fields(form, given, f"a list of orders at {platform}")
    try:
        return form.model_validate_strings(given, strict=True)
    except ValidationError as error:
        raise _refusal(error) from error


def new_order(form: type[Form], given: Mapping[str, object], platform: str) -> Form:
    """Return the *form* of a new order, filled in with JSON values; raises `IllegalRequest`, naming an option."""
    _insist_on_fields(form, given, f"a new order at {platform}")
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


def _insist_on_fields(form: type[Form], given: Iterable[str], what: str) -> None:
    for name in given:
        if name not in form.model_fields:
            raise IllegalRequest(f"{what} has no {_named(name)}; it has {', '.join(map(_named, form.model_fields))}")


def _named(field: str) -> str:
    """Name a field by its option; a file may hold one for which there is none."""
    return spelled(field) if field in FILTERS or field in NEW_ORDER else f"“{clean_text(field)}”"


def _refusal(error: ValidationError) -> IllegalRequest:
    """Make the error for the first field that is wrong, with all that it may be instead."""
    details = error.errors(include_url=False, include_input=False)
    path = _path(details[0])
    demands = dict.fromkeys(_demand(detail) for detail in details if _path(detail) == path)
    field, *inner = path
    return IllegalRequest(f"{_named(field)}{''.join(f': {name}' for name in inner)} {' or '.join(demands)}")


def _demand(detail: ErrorDetails) -> str:
    sentence = read_problem(detail).sentence
    return "is not known to the platform" if sentence == UNKNOWN else sentence


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
