"""A call limit, and helpers that use it up."""

from tests.support.harness import Harness

LIMIT, BURST = 60, 6
"""Calls a minute, and how many of them at once."""


def use_up(harness: Harness, calls: int = BURST) -> None:
    """Acquire *calls* calls of the account `main`; its limit must allow them."""
    for _ in range(calls):
        assert harness.budget.acquire("main")


def take_rest(harness: Harness) -> int:
    """Acquire all calls that the account `main` may still make now, and return their number."""
    return sum(harness.budget.acquire("main") for _ in range(BURST))
