"""The call budget: how many calls an account may still make at its platform.

The database has what all workers took. Each process takes some calls ahead, and remembers the newest answer of each
platform, which travels with the next request, and for how long it was told to wait.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from worker.domain.accounts.call_pace import Pace
from worker.domain.accounts.call_requests import CallUse, Grant, Request, Seen
from worker.domain.accounts.call_state import Taken
from worker.domain.accounts.observations import MAX_CLOSED, SHORT_PAUSE, Observation
from worker.domain.instants import MINUTE, Duration
from worker.domain.reasons import HoldReason
from worker.ports import CallLimits, Holds
from worker.reconcile.budget_memory import BudgetMemory

SPENT = "the platform's limit is used up"


class Budget:
    """Decides whether an account may make calls, and learns from its platform's answers. Threads may share it.

    *limits* are calls a minute, by account; of an account that is not in it, only what its platform says is a limit.
    *monotonic_us* is as in `Ports`.
    """

    def __init__(
        self, holds: Holds, call_limits: CallLimits, limits: Mapping[str, int], monotonic_us: Callable[[], int]
    ) -> None:
        self._holds, self._call_limits, self._limits, self._monotonic_us = holds, call_limits, limits, monotonic_us
        self._memories: dict[str, BudgetMemory] = {}

    # -------------------------------------------------------------------------------------------------------- answers

    def observe(self, account: str, observation: Observation) -> None:
        """Note what an answer says about the limit. A long time without calls holds the account, but not for all of it.

        The next calls show whether the answer was right: a call that is refused says itself how long to pause.
        """
        closed_for = self._memory(account).note(observation, self._monotonic_us())
        if closed_for > MAX_CLOSED:
            self._holds.hold(account, HoldReason.RATE_LIMITED, MAX_CLOSED, SPENT)

    def pause(self, account: str, lasts: Duration, detail: str = "") -> None:
        """Let the account send nothing for *lasts*, because its platform asked it to pause."""
        self.pause_or_hold(account, lasts, detail)

    def pause_or_hold(self, account: str, lasts: Duration, detail: str = "") -> Duration:
        """Pause as `pause`. Returns for how long the budget is used up, or 0: then the account is held.

        Only a short pause is a matter of the budget, and only a few in a row.
        """
        if lasts <= SHORT_PAUSE and self._memory(account).refuse(self._monotonic_us(), lasts):
            self._call_limits.learn(account, Seen(Observation(pause=lasts), 0))
            return lasts
        is_one_too_many = lasts <= SHORT_PAUSE
        self._holds.hold(account, HoldReason.RATE_LIMITED, MINUTE if is_one_too_many else lasts, detail)
        return 0

    # ---------------------------------------------------------------------------------------------------------- calls

    def acquire(self, account: str, calls: int = 1, use: CallUse = CallUse.ORDERS) -> Duration:
        """Take *calls* out of the account's budget. Returns 0, or how long to wait: then none was taken."""
        return self.reserve(account, Request(calls, use)).wait

    def reserve(self, account: str, request: Request) -> Grant:
        """Take the calls of *request* out of the account's budget: fewer only if it can never get all of them."""
        memory, now, ceiling = self._memory(account), self._monotonic_us(), self._limits.get(account)
        if (known_wait := memory.wait_for(request, now)) > 0:
            return Grant(Taken(0, 0), known_wait)
        if ceiling is None and memory.tight_until <= now:
            return Grant(Taken(request.calls, 0))
        grant = None if memory.tight_until > now else memory.ahead.take(request, now)
        if grant is None:
            grant = self._acquire(account, request, now)
            memory.remember(request, now, grant)
        return grant

    def _acquire(self, account: str, request: Request, now: int) -> Grant:
        """Take the calls of *request* in the database, and those of the next orders if there are plenty."""
        memory, ceiling = self._memory(account), self._limits.get(account)
        seen = memory.take_news(now)
        has_plenty = ceiling is not None and Pace(ceiling).ahead_calls > 0 and memory.tight_until <= now
        left = memory.ahead.begin(request) if has_plenty else None
        if left is None:
            return self._call_limits.acquire(account, request, ceiling, seen)
        ahead = Taken(0, 0)
        try:
            request = replace(request, unused=left if left.calls else None, ahead=True)
            grant = self._call_limits.acquire(account, request, ceiling, seen)
            ahead = Taken(grant.ahead, grant.taken.at)
            return grant
        finally:
            memory.ahead.end(ahead, now)

    def give_back(self, account: str, unused: Taken) -> None:
        """Give back calls that were not made."""
        memory, now = self._memory(account), self._monotonic_us()
        if not (unused.calls and unused.at):
            return
        if memory.tight_until > now or not memory.ahead.give_back(unused, now):
            memory.empty_until = 0
            self._call_limits.give_back(account, unused, self._limits.get(account))

    def is_used_up(self, account: str) -> bool:
        """Tell whether this process knows that orders of the account get no call now."""
        memory = self._memories.get(account)
        return memory is not None and memory.empty_until > self._monotonic_us()

    def is_paused(self, account: str) -> bool:
        """Tell whether this process knows that the platform wants a pause: then not even reserved calls begin."""
        memory = self._memories.get(account)
        return memory is not None and memory.paused_until > self._monotonic_us()

    def _memory(self, account: str) -> BudgetMemory:
        return self._memories.setdefault(account, BudgetMemory())
