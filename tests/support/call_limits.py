"""The call limits of the database, in memory."""

from tests.support.clock import Clock
from worker.domain.accounts import call_budget
from worker.domain.accounts.call_requests import Grant, Request, Seen
from worker.domain.accounts.call_state import BudgetState, Taken
from worker.domain.errors import StoreUnavailable


class CallLimitsInMemory:
    """The port `CallLimits` of one account. `transactions` has what it was asked for; while `is_broken`, it fails."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.state, self.transactions = clock, BudgetState(), list[str]()
        self.is_broken = False

    def acquire(self, _account: str, request: Request, ceiling: int | None, seen: Seen | None = None) -> Grant:
        if self.is_broken:
            raise StoreUnavailable("broken")
        self.transactions.append("acquire")
        self.state, grant = call_budget.acquire(self.state, self._clock(), request, ceiling, seen)
        return grant

    def give_back(self, _account: str, unused: Taken, ceiling: int | None) -> None:
        self.transactions.append("give_back")
        self.state = call_budget.give_back(self.state, self._clock(), unused, ceiling)

    def learn(self, _account: str, seen: Seen) -> None:
        self.state = call_budget.learn(self.state, self._clock(), seen)
