"""What is wrong with the settings: one key, and one sentence that never shows its value."""

import re
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

KeyPath = tuple[str, ...]
"""The keys that lead to a setting: ("accounts", "main", "platform")."""

UNKNOWN = "is not a known setting"
_KNOWN = {
    "extra_forbidden": UNKNOWN,
    "missing": "is missing",
    "string_pattern_mismatch": "has a form that is not allowed",
    "model_type": "must be a table of settings",
    "dict_type": "must be a table of settings",
}


class Problem(NamedTuple):
    """*sentence* goes on where the key's name ends."""

    path: KeyPath
    sentence: str


def wrong(problem: Problem) -> PydanticCustomError:
    """Return an error for a validator to raise, about a key below the one that is validated."""
    return PydanticCustomError("wrong", "{sentence}", {"path": problem.path, "sentence": problem.sentence})


def first_problem(error: ValidationError) -> Problem:
    """Return the problem to begin with: a misspelt key explains why another one is missing."""
    problems = [read_problem(detail) for detail in error.errors(include_url=False, include_input=False)]
    return min(problems, key=lambda problem: problem.sentence != UNKNOWN)


def read_problem(detail: ErrorDetails) -> Problem:
    """Return what pydantic has found, in our words."""
    context = detail.get("ctx", {})
    if detail["type"] == "wrong":
        return Problem(_path(detail) + context["path"], context["sentence"])
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
    """Leave out what only pydantic sees: credentials stand among the other keys, lists are one value."""
    keys = [part for part in detail["loc"] if isinstance(part, str) and part != "[key]"]
    return (*keys[:2], *(key for key in keys[2:] if key != "credentials"))
