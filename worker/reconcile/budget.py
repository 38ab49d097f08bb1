"""The call budget: how many calls an account may still make at its platform."""

from collections.abc import Callable, Mapping

from worker.domain.gcra import MAX_CALL_DELAY
from worker.domain.instants import SECOND, Duration
from worker.domain.reasons import HoldReason
from worker.ports import CallLimits, Holds

RESERVATION_LASTS = MAX_CALL_DELAY - SECOND
"""Calls that have not begun by then are reserved anew. Announcing a write may take the rest of `MAX_CALL_DELAY`."""


class BudgetExhausted(Exception):
    """The account may make no call now. It is held until it may."""


class Budget:
    """Decides whether an account may make calls. An exhausted budget is a hold that ends by itself.

    *limits* are calls a minute, by account; an account that is not in it has no limit.
    """

    def __init__(self, holds: Holds, call_limits: CallLimits, limits: Mapping[str, int]) -> None:
        self._holds, self._call_limits, self._limits = holds, call_limits, limits

    def pause(self, account: str, lasts: Duration, detail: str = "") -> None:
        """Hold the account for *lasts*, because its platform asked it to pause."""
        self._holds.hold(account, HoldReason.RATE_LIMITED, lasts, detail)

    def acquire(self, account: str, calls: int = 1) -> bool:
        """Take *calls*, at most `MIN_BURST`, out of the account's limit. False: it is held until they are available."""
        per_minute = self._limits.get(account)
        wait = self._call_limits.acquire(account, calls, per_minute) if per_minute else 0
        if wait:
            self._holds.hold(account, HoldReason.BUDGET, wait, "calls_per_minute is used up")
        return not wait

    def give_back(self, account: str, calls: int, age: Duration) -> None:
        """Give back *calls* that were acquired *age* ago and not made."""
        per_minute = self._limits.get(account)
        if per_minute and calls:
            self._call_limits.give_back(account, calls, age, per_minute)


class CallReservation:
    """The calls that one reconciliation of *account* may still make. *monotonic_us* is as in `Ports`."""

    def __init__(self, budget: Budget, account: str, monotonic_us: Callable[[], int]) -> None:
        self._budget, self._account, self._monotonic_us = budget, account, monotonic_us
        self._calls, self._reserved_at_us = 0, 0

    def reserve(self, calls: int = 1) -> None:
        """Reserve *calls*, at most `MIN_BURST`, unless they are reserved. Raises `BudgetExhausted`."""
        if self._calls >= calls and self._age < RESERVATION_LASTS:
            return
        self.give_back()
        self._reserved_at_us = self._monotonic_us()
        if not self._budget.acquire(self._account, calls):
            raise BudgetExhausted
        self._calls = calls

    def use(self, calls: int = 1) -> None:
        """Count *calls* of the reservation as made."""
        self._calls -= calls

    def give_back(self) -> None:
        """Give back the calls that were reserved and not made."""
        unused, self._calls = self._calls, 0
        self._budget.give_back(self._account, unused, self._age)

    @property
    def _age(self) -> Duration:
        return self._monotonic_us() - self._reserved_at_us
