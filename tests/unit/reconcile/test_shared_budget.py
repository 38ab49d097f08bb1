"""Several processes with a high limit take calls ahead: the platform refuses none, and nearly all are used."""

import heapq
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import cast

import pytest

from deploy.sandbox.limiters import LIMITERS
from tests.support.call_limits import CallLimitsInMemory
from tests.support.clock import Clock
from worker.domain.accounts.call_pace import AHEAD
from worker.domain.accounts.call_requests import CallUse
from worker.domain.accounts.call_state import CALL_DELAY, WINDOW
from worker.domain.instants import MILLISECOND, SECOND, Duration
from worker.ports import Holds
from worker.reconcile.budget import Budget
from worker.reconcile.call_reservation import BudgetExhausted, CallReservation

LIMIT, SLOTS, WINDOWS = 1_000, 4, 3
CALLS = 5
LATENCY = 100 * MILLISECOND


class Processes:
    """Processes with a backlog of one account, whose platform counts calls as a *kind* of limiter does.

    Each order makes its calls one after another; now and then, one begins late, or is not needed.
    """

    def __init__(self, kind: str, number: int, clock: Clock) -> None:
        self._clock, self._chance, self._turns = clock, Random(number), count()
        self._limits, self._platform = CallLimitsInMemory(clock), LIMITERS[kind](LIMIT, 60)
        self.budgets = [self._begun() for _ in range(number)]
        self.made_at, self.refused = list[int](), 0
        self._waiting = list[tuple[int, int, Iterator[Duration]]]()
        for each in range(number * SLOTS):
            self.begin(self._slot(each % number))

    def begin(self, steps: Iterator[Duration]) -> None:
        """Let *steps* happen in the next second; each yields how long it takes."""
        heapq.heappush(self._waiting, (self._clock() + self._chance.randrange(SECOND), next(self._turns), steps))

    def run(self, lasts: Duration) -> None:
        """Let things happen for as long as *lasts*."""
        ends_at = self._clock() + lasts
        while self._waiting[0][0] < ends_at:
            at, _, steps = heapq.heappop(self._waiting)
            self._clock.now = max(self._clock.now, at)
            heapq.heappush(self._waiting, (self._clock() + next(steps), next(self._turns), steps))

    def kill_one(self, every: Duration) -> Iterator[Duration]:
        """Kill a process now and then. Another one begins in its place, and knows nothing of its calls."""
        while True:
            yield every
            self.budgets[self._chance.randrange(len(self.budgets))] = self._begun()

    def operate(self, waits: list[Duration]) -> Iterator[Duration]:
        """Make an operator's call every few seconds, in a process of its own. *waits* gets each wait."""
        while True:
            waits.append(self._begun().acquire("main", use=CallUse.OPERATOR))
            if not waits[-1]:
                self._call()
            yield 5 * SECOND

    def _begun(self) -> Budget:
        return Budget(cast("Holds", None), self._limits, {"main": LIMIT}, self._clock)

    def _slot(self, number: int) -> Iterator[Duration]:
        while True:
            budget = self.budgets[number]
            calls = CallReservation(budget, "main", self._clock)
            try:
                for needed in range(CALLS, self._chance.choice([0, 0, 1]), -1):
                    calls.reserve(needed)
                    yield self._chance.choice([0] * 9 + [self._chance.randrange(CALL_DELAY)])
                    if calls.is_late or budget is not self.budgets[number]:
                        break
                    calls.use()
                    self._call()
                    yield self._chance.randrange(1, 2 * LATENCY)
            except BudgetExhausted as error:
                yield min(error.wait, SECOND // 2)
            if budget is self.budgets[number]:
                calls.give_back()
            yield MILLISECOND

    def _call(self) -> None:
        is_allowed = self._platform.take(self._clock() / SECOND).is_allowed
        self.refused += not is_allowed
        self.made_at += [self._clock()] * is_allowed


@pytest.mark.parametrize("number", [1, 2, 8])
@pytest.mark.parametrize("kind", LIMITERS)
def test_no_call_is_refused_and_nearly_all_are_used(kind, number, clock):
    processes, measured_from = Processes(kind, number, clock), clock() + WINDOW
    processes.run(WINDOWS * WINDOW)
    assert processes.refused == 0
    assert sum(at >= measured_from for at in processes.made_at) >= 0.95 * LIMIT * (WINDOWS - 1)


@pytest.mark.parametrize("kind", LIMITERS)
def test_calls_of_a_process_that_is_killed_count_as_used_for_a_minute(kind, clock):
    processes, measured_from = Processes(kind, 2, clock), clock() + WINDOW
    processes.begin(processes.kill_one(10 * SECOND))
    processes.run(WINDOWS * WINDOW)
    lost = (LIMIT // AHEAD + SLOTS * CALLS) * (WINDOWS - 1) * WINDOW // (10 * SECOND)
    assert processes.refused == 0
    assert sum(at >= measured_from for at in processes.made_at) >= 0.95 * LIMIT * (WINDOWS - 1) - lost


def test_beside_processes_that_take_calls_ahead_an_operator_waits_for_none(clock):
    processes, waits = Processes("sliding_window", 8, clock), list[Duration]()
    processes.begin(processes.operate(waits))
    processes.run(WINDOWS * WINDOW)
    assert (processes.refused, set(waits)) == (0, {0})
    assert len(waits) > 2 * WINDOWS
