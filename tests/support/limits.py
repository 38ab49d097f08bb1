"""Call limits for tests, which use them up."""

from tests.support.harness import Harness

LIMIT, BURST = 60, 6
"""Calls a minute, and how many of them at once."""


def use_up(harness: Harness, calls: int = BURST) -> None:
    """Take *calls* of the account."""
    for _ in range(calls):
        assert harness.budget.acquire("main")


def take_rest(harness: Harness) -> int:
    """Take all calls that the account may still make, and return how many there were."""
    return sum(harness.budget.acquire("main") for _ in range(BURST))
