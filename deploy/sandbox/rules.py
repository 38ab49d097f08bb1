"""What a field may hold: a rule is a sentence and a test, a form is a rule for every field it knows."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from deploy.sandbox.instants import span


@dataclass(frozen=True, slots=True)
class Rule:
    """*says* completes the sentence "this field …"; *holds* decides."""

    says: str
    holds: Callable[[object], bool]


def problems(fields: Mapping[str, object], form: Mapping[str, Rule]) -> dict[str, str]:
    """Name every field that *form* does not know or whose rule is broken."""
    found = {name: "is not a documented field" for name in fields if name not in form}
    broken = {name: rule.says for name, rule in form.items() if name in fields and not rule.holds(fields[name])}
    return found | broken


def text(limit: int) -> Rule:
    """A string of at most *limit* characters without NUL."""
    return Rule(
        f"must be a string of at most {limit} characters",
        lambda value: isinstance(value, str) and len(value) <= limit and "\0" not in value,
    )


def one_of(*words: str) -> Rule:
    """One of *words*, spelled exactly so."""
    return Rule(f"must be one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def matching(pattern: str, says: str) -> Rule:
    """A string that *pattern* matches as a whole."""
    return Rule(says, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None)


def or_null(rule: Rule) -> Rule:
    """*rule*, or null."""
    return Rule(f"{rule.says}, or null", lambda value: value is None or rule.holds(value))


def either(one: Rule, other: Rule) -> Rule:
    """What one of two rules allows."""
    return Rule(f"{one.says}, or {other.says}", lambda value: one.holds(value) or other.holds(value))


def array_of(form: Mapping[str, Rule], required: Collection[str], least: int, most: int) -> Rule:
    """An array of *least* to *most* objects of *form*, each with all that is *required*."""

    def fits(value: object) -> bool:
        return isinstance(value, dict) and value.keys() >= set(required) and not problems(value, form)

    return Rule(
        f"must be an array of {least} to {most} objects of {', '.join(form)}, with {', '.join(required)}",
        lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(fits, value)),
    )


def integer(least: int, most: int = 10**19 - 1) -> Rule:
    """An integer between *least* and *most*, which a boolean is not."""
    return Rule(
        f"must be an integer from {least} to {most}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most,
    )


def number(least: float, most: float) -> Rule:
    """A number between *least* and *most*."""
    return Rule(
        f"must be a number from {least:g} to {most:g}",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most,
    )


def _is_span(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        span(value)
    except ValueError:
        return False
    return True


DATE = Rule("must be a real date, YYYY-MM-DD", lambda value: _is_span(value) and "T" not in str(value))
SPAN = Rule("must be a date, YYYY-MM-DD, or an instant of RFC 3339", _is_span)
OBJECT = Rule("must be an object", lambda value: isinstance(value, dict))
BOOLEAN = Rule("must be true or false", lambda value: isinstance(value, bool))
