"""What pydantic finds wrong with the settings: one key, and one sentence that never shows its value."""

import re
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from worker.settings.names import KeyPath

UNKNOWN = "is not a known setting"
MISSING = "is missing"
NO_ACCOUNT = "must name at least one account, such as FULFILLMENT_ACCOUNTS__MAIN__PLATFORM or [accounts.main]"
CONSEQUENCE = ""
"""The sentence of a problem that only follows from another one, which is told."""
_KNOWN = {
    "extra_forbidden": UNKNOWN,
    "missing": MISSING,
    "string_pattern_mismatch": "has a form that is not allowed",
    "model_type": "must be a table of settings",
    "dict_type": "must be a table of settings",
}


class Problem(NamedTuple):
    """One wrong setting. *sentence* completes the key's name, without a full stop."""

    path: KeyPath
    sentence: str


def wrong(*problems: Problem) -> ValidationError:
    """Return an error for a validator to raise, about one or several keys below the one that it validates."""
    details = [
        InitErrorDetails(type=PydanticCustomError("wrong", "{sentence}", {"sentence": sentence}), loc=path, input=None)
        for path, sentence in problems
    ]
    return ValidationError.from_exception_data("settings", details, hide_input=True)


def read_problems(error: ValidationError) -> list[Problem]:
    """Return all that pydantic has found, in our words, without what only follows from something else."""
    problems = map(read_problem, error.errors(include_url=False, include_input=False))
    return [problem for problem in problems if problem.sentence != CONSEQUENCE]


def read_problem(detail: ErrorDetails) -> Problem:
    """Return one thing that pydantic has found, in our words."""
    context = detail.get("ctx", {})
    if detail["type"] == "wrong":
        return Problem(_path(detail), context["sentence"])
    if detail["type"] == "value_error":
        return Problem(_path(detail), str(context["error"]))
    if detail["type"] in {"literal_error", "enum"}:
        return Problem(_path(detail), f"must be {context['expected']}")
    return Problem(_path(detail), _KNOWN.get(detail["type"]) or _plain(detail["msg"]))


def _plain(message: str) -> str:
    """Turn pydantic's “List should have at least 1 item after validation, not 0” into our words."""
    demand, _, _ = message.partition(",")
    return re.sub("^[A-Z][a-z]+ should ", "must ", demand).removesuffix(" after validation")


def _path(detail: ErrorDetails) -> KeyPath:
    """Return the path as the settings spell it: credentials are written among the other keys, a list is one value."""
    keys = [part for part in detail["loc"] if isinstance(part, str) and part != "[key]"]
    return (*keys[:2], *(key for key in keys[2:] if key != "credentials"))
