"""A call limit, and helpers that use it up."""

from tests.support.harness import Harness
from worker.domain.accounts.call_requests import CallUse, Request

LIMIT, AT_ONCE = 100, 5
"""Calls a minute, and how many of them at once."""


def use_up(harness: Harness, calls: int = AT_ONCE) -> None:
    """Acquire *calls* calls of the account `main`; its limit must allow them."""
    for _ in range(calls):
        assert harness.budget.acquire("main") == 0


def take_rest(harness: Harness) -> int:
    """Acquire all calls that the account `main` may still make now, and return their number."""
    return sum(harness.budget.acquire("main") == 0 for _ in range(AT_ONCE))


def use_up_all(harness: Harness) -> None:
    """Acquire every call that the account `main` may make in a minute: those of orders, and the operators' reserve."""
    while harness.budget.reserve("main", Request(continues=True)).wait == 0:
        pass
    while harness.budget.acquire("main", use=CallUse.OPERATOR) == 0:
        pass
