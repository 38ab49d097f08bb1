"""The budget: what an account may still ask of its platform."""

from collections.abc import Callable, Mapping

from worker.domain.instants import SECOND
from worker.domain.rates import AHEAD, BUDGET
from worker.ports import Allowances, Holds

RATE_LIMITED = "rate_limited"
GOOD_FOR = AHEAD - SECOND
"""Calls that are reserved and not begun by then are asked for anew: an announcement may take the rest of the time."""


class BudgetSpent(Exception):
    """The account may make no call now, and is held until it may."""


class Budget:
    """Says whether a call may be sent, by the account's own limit and by what its platform answers.

    *limits* are calls a minute, by account; one that is not named there has no limit. An exhausted budget is a hold
    that ends by itself.
    """

    def __init__(self, holds: Holds, allowances: Allowances, limits: Mapping[str, int]) -> None:
        self._holds, self._allowances, self._limits = holds, allowances, limits

    def exhausted(self, account: str, lasts: int, detail: str = "") -> None:
        """Let the account send nothing for *lasts* microseconds."""
        self._holds.hold(account, RATE_LIMITED, lasts, detail)

    def allows(self, account: str, calls: int = 1) -> bool:
        """Take *calls*, five at most, out of the account's limit; or hold it until they may be had, and say False."""
        per_minute = self._limits.get(account)
        wait = self._allowances.spend(account, calls, per_minute) if per_minute else 0
        if wait:
            self._holds.hold(account, BUDGET, wait, "calls_per_minute is used up")
        return not wait

    def give_back(self, account: str, calls: int, age: int) -> None:
        """Take back *calls* that were allowed *age* microseconds ago, and were not made."""
        per_minute = self._limits.get(account)
        if per_minute and calls:
            self._allowances.give_back(account, calls, age, per_minute)


class Purse:
    """The calls that one turn of *account* may make; *elapsed* gives microseconds of a clock that never jumps."""

    def __init__(self, budget: Budget, account: str, elapsed: Callable[[], int]) -> None:
        self._budget, self._account, self._elapsed = budget, account, elapsed
        self._calls, self._filled_at = 0, 0

    def reserve(self, calls: int = 1) -> None:
        """Have *calls* at hand, five at most; raises `BudgetSpent` when they cannot be had."""
        if self._calls >= calls and self._age < GOOD_FOR:
            return
        self.empty()
        self._filled_at = self._elapsed()
        if not self._budget.allows(self._account, calls):
            raise BudgetSpent
        self._calls = calls

    def spend(self, calls: int = 1) -> None:
        """Note that they are made."""
        self._calls -= calls

    def empty(self) -> None:
        """Give back what is left."""
        left, self._calls = self._calls, 0
        self._budget.give_back(self._account, left, self._age)

    @property
    def _age(self) -> int:
        return self._elapsed() - self._filled_at
