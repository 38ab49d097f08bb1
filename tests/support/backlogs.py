"""What the loop *due* works with in tests: a backlog, reconciliations that a test lets end, and a clock."""

import threading
from collections import Counter, defaultdict

from tests.support.programs import until
from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare
from worker.service.due_loop import DueLoop
from worker.service.slots import Slots
from worker.store.leases.due import Capacity


class Backlog:
    """A number of due orders for each account. *capacities* lists the capacity of each account at each claim."""

    def __init__(self, **due: int) -> None:
        self.left = Counter(due)
        self.capacities: list[dict[str, int]] = []

    def claim(self, limit: int, _again_after: int, capacity: Capacity) -> list[OrderKey]:
        capacities = {account: capacity(account) for account in self.left}
        self.capacities.append(capacities)
        due = [account for account, most in capacities.items() for _ in range(min(limit, most, self.left[account]))]
        self.left.subtract(due[:limit])
        return [OrderKey(account, "1") for account in due[:limit]]


class Work:
    """Reconciliations that wait for a call until `may_end` is set, or `end` lets one of their account end."""

    def __init__(self) -> None:
        self.may_end, self.begun = threading.Event(), Counter[str]()
        self._ending = defaultdict[str, threading.Semaphore](lambda: threading.Semaphore(0))
        self._lock = threading.Lock()

    def end(self, account: str) -> None:
        self._ending[account].release()

    def has_begun(self, account: str, count: int) -> bool:
        return self.begun[account] == count

    def slots(self, size: int, *, shared: bool = False) -> Slots:
        def reconcile(key: OrderKey) -> None:
            with slots.calling():
                with self._lock:
                    self.begun[key.account] += 1
                    ending = self._ending[key.account]
                until(lambda: self.may_end.is_set() or ending.acquire(blocking=False))

        slots = Slots(FairShare(size, shared=shared), reconcile, lambda _: None)
        return slots


class Seconds:
    """The clock of the loops of a test."""

    now = 0.0


def end(due: DueLoop, slots: Slots, seconds: Seconds, **counts: int) -> None:
    """Let so many reconciliations of each account end within half a second, and *due* look ahead."""
    slots._ended.update(counts)  # noqa: SLF001 - as if they had been made
    seconds.now += 0.5
    due._ahead.measure(slots.ended, seconds.now)  # noqa: SLF001 - without a claim
