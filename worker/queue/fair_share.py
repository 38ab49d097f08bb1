"""Fair share: the slots of one process for reconciliations, and how accounts share them."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MAX_RATIO = 3
"""An account may take another slot while it uses fewer than this many times the free slots."""


def _ignore() -> None: ...


class FairShare:
    """The slots of this process, the accounts that use them, and the wake-ups that are expected here.

    With *shared*, several accounts share the slots, and none can take them all. Alone, an account takes twelve of
    sixteen; the more accounts are busy, the fewer each takes. `on_freed` is called whenever a slot becomes free, by the
    thread that frees it.
    """

    def __init__(self, slots: int, *, shared: bool = False) -> None:
        self.slots, self.shared = slots, shared
        self.on_freed: Callable[[], None] = _ignore
        self._busy, self._expected = Counter[str](), Counter[str]()
        self._lock = threading.RLock()

    @contextmanager
    def occupied(self, account: str) -> Iterator[bool]:
        """Occupy a slot during the block, and yield True. Yield False if the account has its share already."""
        granted = self._take(account)
        try:
            yield granted
        finally:
            if granted:
                self._release(account)

    def _take(self, account: str) -> bool:
        with self._lock:
            _count_down(self._expected, account)
            granted = not self.shared or _may_take(self.free, self._busy[account])
            if granted:
                self._busy[account] += 1
            return granted

    def _release(self, account: str) -> None:
        with self._lock:
            _count_down(self._busy, account)
        self.on_freed()

    @property
    def free(self) -> int:
        """The number of slots without a reconciliation."""
        with self._lock:
            return max(0, self.slots - self._busy.total())

    @property
    def accounts(self) -> list[str]:
        """The accounts that occupy a slot now."""
        with self._lock:
            return list(self._busy)

    def capacity(self, account: str) -> int:
        """Return how many more slots *account* may take now."""
        with self._lock:
            free, used, more = self.free, self._busy[account], 0
        while more < free and (not self.shared or _may_take(free - more, used + more)):
            more += 1
        return more

    def expect(self, account: str) -> None:
        """Expect one more wake-up of *account*: it was enqueued, and has no slot yet."""
        with self._lock:
            self._expected[account] += 1

    def expected(self, account: str | None = None) -> int:
        """Return how many wake-ups are expected, of *account* or of all accounts."""
        with self._lock:
            return self._expected.total() if account is None else self._expected[account]

    def expect_none(self) -> None:
        """Expect no wake-ups any more, because they may be lost."""
        with self._lock:
            self._expected.clear()


def _may_take(free: int, used: int) -> bool:
    """Tell whether an account that uses *used* slots may take a free one. The last is for an account without a slot."""
    return free > 0 and (used == 0 or (free > 1 and used < MAX_RATIO * free))


def _count_down(counts: Counter[str], account: str) -> None:
    """Count one less. An account at zero is removed, because a wake-up may name any account."""
    counts[account] -= 1
    if counts[account] <= 0:
        del counts[account]
