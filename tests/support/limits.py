"""The calls that an account may still make, and a test uses up."""

from tests.support.stage import Stage

LIMIT, AT_ONCE = 60, 6
"""Calls a minute, and of them at once."""


def use_up(stage: Stage, calls: int = AT_ONCE) -> None:
    for _ in range(calls):
        assert stage.budget.allows("main")


def left(stage: Stage) -> int:
    """How many calls may still be made; they are used up by the asking."""
    return sum(stage.budget.allows("main") for _ in range(AT_ONCE))
