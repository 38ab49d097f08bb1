"""The calls that an account may still make, and a test uses up."""

from tests.support.harness import Harness

LIMIT, AT_ONCE = 60, 6
"""Calls a minute, and of them at once."""


def use_up(harness: Harness, calls: int = AT_ONCE) -> None:
    for _ in range(calls):
        assert harness.budget.allows("main")


def left(harness: Harness) -> int:
    """How many calls may still be made; they are used up by the asking."""
    return sum(harness.budget.allows("main") for _ in range(AT_ONCE))
