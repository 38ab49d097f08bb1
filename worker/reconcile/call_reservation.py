"""The calls that one reconciliation has reserved, and not made yet."""

from collections.abc import Callable

from worker.domain.accounts.call_requests import CallUse, Request
from worker.domain.accounts.call_state import CALL_DELAY, Taken
from worker.domain.instants import Duration
from worker.reconcile.budget import Budget

RESERVATION_LASTS = CALL_DELAY // 2
"""Calls that have not begun by then are reserved anew. Announcing a write may take the rest of `CALL_DELAY`."""


class BudgetExhausted(Exception):
    """The account may make no call now, for *wait*."""

    def __init__(self, wait: Duration) -> None:
        super().__init__(wait)
        self.wait = wait


class CallReservation:
    """The calls that one reconciliation of *account* may still make. *monotonic_us* is as in `Ports`.

    With *unknown*, the platform was asked for the order before and did not have it, until `is_known` says otherwise.
    """

    def __init__(self, budget: Budget, account: str, monotonic_us: Callable[[], int], *, unknown: bool = False) -> None:
        self._budget, self._account, self._monotonic_us = budget, account, monotonic_us
        self._purpose = CallUse.UNKNOWN if unknown else CallUse.ORDERS
        self._reserved, self._reserved_at_us = Taken(0, 0), 0
        self._has_made_calls = False

    def reserve(self, calls: int = 1) -> None:
        """Reserve *calls*, at most `MOST_CALLS`, unless they are reserved. Raises `BudgetExhausted`.

        There may be fewer of them if the account can never make so many together.
        """
        is_fresh = self._age < RESERVATION_LASTS and not self._budget.is_paused(self._account)
        if self._reserved.calls >= calls and is_fresh:
            return
        unused, self._reserved = self._reserved, Taken(0, 0)
        self._reserved_at_us = self._monotonic_us()
        request = Request(
            max(calls, unused.calls),
            self._purpose,
            unused=unused if unused.calls and unused.at else None,
            continues=self._has_made_calls,
        )
        grant = self._budget.reserve(self._account, request)
        if grant.wait:
            raise BudgetExhausted(grant.wait)
        self._reserved = grant.taken
        self._reserved_at_us -= grant.age

    def use(self, calls: int = 1) -> None:
        """Count *calls* of the reservation as made."""
        self._reserved = Taken(max(0, self._reserved.calls - calls), self._reserved.at)
        self._has_made_calls = True

    def is_known(self) -> None:
        """Note that the platform has shown the order: its next calls are like those of other orders."""
        self._purpose = CallUse.ORDERS

    @property
    def is_late(self) -> bool:
        """Whether so much time has passed since the calls were reserved that none may begin any more."""
        return self._age > CALL_DELAY

    def give_back(self) -> None:
        """Give back the calls that were reserved and not made."""
        unused, self._reserved = self._reserved, Taken(0, 0)
        self._budget.give_back(self._account, unused)

    @property
    def _age(self) -> Duration:
        return self._monotonic_us() - self._reserved_at_us
