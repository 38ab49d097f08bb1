"""The problems that pydantic reports, in our words: for each the path of a key, and a sentence without its value."""

import re
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from worker.settings.names import KeyPath

UNKNOWN = "is not a known setting"
MISSING = "is missing"
NO_ACCOUNT = "must name at least one account, such as FULFILLMENT_ACCOUNTS__MAIN__PLATFORM or [accounts.main]"
CONSEQUENCE = ""
"""The sentence of a problem that follows from another problem. It is not reported."""
_SENTENCES = {
    "extra_forbidden": UNKNOWN,
    "missing": MISSING,
    "string_pattern_mismatch": "has a form that is not allowed",
    "model_type": "must be a table of settings",
    "dict_type": "must be a table of settings",
}
"""Our sentences, by pydantic's type of error."""
_WORDS = {
    "a valid string": "a text",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid boolean": "true or false",
    "a valid tuple": "a list",
    "a valid list": "a list",
}
"""Our words, by those that pydantic has for types."""


class Problem(NamedTuple):
    """One wrong setting. *sentence* completes the key's name, without a full stop.

    *is_common*: the setting would be right by itself, and does not fit another one.
    """

    path: KeyPath
    sentence: str
    is_common: bool = False


def validation_error(*problems: Problem) -> ValidationError:
    """Return an error for a validator to raise. Paths start at the key that it validates."""
    details = [
        InitErrorDetails(
            type=PydanticCustomError("wrong", "{sentence}", {"sentence": problem.sentence}),
            loc=problem.path,
            input=None,
        )
        for problem in problems
    ]
    return ValidationError.from_exception_data("settings", details, hide_input=True)


def read_problems(error: ValidationError) -> list[Problem]:
    """Return the problems in *error*, except those that follow from another problem."""
    problems = map(read_problem, error.errors(include_url=False, include_input=False))
    return [problem for problem in problems if problem.sentence != CONSEQUENCE]


def read_problem(detail: ErrorDetails) -> Problem:
    """Return one problem of pydantic in our words."""
    context = detail.get("ctx", {})
    if detail["type"] == "wrong":
        return Problem(_path(detail), context["sentence"], is_common=True)
    if detail["type"] == "value_error":
        return Problem(_path(detail), str(context["error"]))
    if detail["type"] in {"literal_error", "enum"}:
        return Problem(_path(detail), f"must be {context['expected']}")
    return Problem(_path(detail), _SENTENCES.get(detail["type"]) or _reworded(detail["msg"]))


def _reworded(message: str) -> str:
    """Turn “List should have at least 1 item after validation, not 0” into “must have at least 1 item”."""
    demand, _, _ = message.partition(",")
    for word, ours in _WORDS.items():
        demand = demand.replace(word, ours)
    return re.sub("^[A-Z][a-z]+ should ", "must ", demand).removesuffix(" after validation")


def _path(detail: ErrorDetails) -> KeyPath:
    """Return the path as the settings spell it: `credentials` is not a table there, and a list is one value."""
    keys = [part for part in detail["loc"] if isinstance(part, str) and part != "[key]"]
    return (*keys[:2], *(key for key in keys[2:] if key != "credentials"))
