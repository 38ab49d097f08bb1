"""Rules for fields: a rule is a sentence and a check, a schema maps each allowed field to its rule."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from deploy.sandbox.instants import parse_period


@dataclass(frozen=True, slots=True)
class Rule:
    """*text* completes the sentence "this field …". *is_valid* checks a value."""

    text: str
    is_valid: Callable[[object], bool]


Schema: TypeAlias = Mapping[str, Rule]


def find_problems(fields: Mapping[str, object], schema: Schema) -> dict[str, str]:
    """Return each field that is not in *schema* or breaks its rule, with the text of the rule."""
    unknown = {name: "is not a documented field" for name in fields if name not in schema}
    broken = {name: rule.text for name, rule in schema.items() if name in fields and not rule.is_valid(fields[name])}
    return unknown | broken


def text(limit: int) -> Rule:
    """A string of at most *limit* characters, without NUL."""
    return Rule(
        f"must be a string of at most {limit} characters",
        lambda value: isinstance(value, str) and len(value) <= limit and "\0" not in value,
    )


def one_of(*words: str) -> Rule:
    """One of *words*; case matters."""
    return Rule(f"must be one of {', '.join(words)}", lambda value: isinstance(value, str) and value in words)


def matching(pattern: str, text: str) -> Rule:
    """A string that matches *pattern* as a whole. *text* is the text of the rule."""
    return Rule(text, lambda value: isinstance(value, str) and re.fullmatch(pattern, value) is not None)


def or_null(rule: Rule) -> Rule:
    """What *rule* allows, or null."""
    return Rule(f"{rule.text}, or null", lambda value: value is None or rule.is_valid(value))


def either(one: Rule, other: Rule) -> Rule:
    """What at least one of the two rules allows."""
    return Rule(f"{one.text}, or {other.text}", lambda value: one.is_valid(value) or other.is_valid(value))


def array_of(schema: Schema, required: Collection[str], least: int, most: int) -> Rule:
    """An array of *least* to *most* objects that follow *schema* and have every *required* field."""

    def is_item(value: object) -> bool:
        return isinstance(value, dict) and value.keys() >= set(required) and not find_problems(value, schema)

    return Rule(
        f"must be an array of {least} to {most} objects of {', '.join(schema)}, with {', '.join(required)}",
        lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(is_item, value)),
    )


def integer(least: int, most: int = 10**19 - 1) -> Rule:
    """An integer from *least* to *most*. A boolean is not an integer here."""
    return Rule(
        f"must be an integer from {least} to {most}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most,
    )


def number(least: float, most: float) -> Rule:
    """A number from *least* to *most*. A boolean is not a number here."""
    return Rule(
        f"must be a number from {least:g} to {most:g}",
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most,
    )


def _is_period(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_period(value)
    except ValueError:
        return False
    return True


DATE = Rule("must be a real date, YYYY-MM-DD", lambda value: _is_period(value) and "T" not in str(value))
DATE_OR_INSTANT = Rule("must be a date, YYYY-MM-DD, or an RFC 3339 instant", _is_period)
OBJECT = Rule("must be an object", lambda value: isinstance(value, dict))
BOOLEAN = Rule("must be true or false", lambda value: isinstance(value, bool))
