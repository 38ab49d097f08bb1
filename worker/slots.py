"""Slots: how many turns one process runs at once, and how accounts share them."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GREED = 3
"""An account may take another slot while it has less than so many times the free ones."""


def _nobody_listens() -> None: ...


class Slots:
    """How many turns this process can run at once, which accounts run how many, and how many nudges are under way.

    When the slots are *shared* by several accounts, none can take them all: one alone fills twelve of sixteen, and
    the more accounts there are, the less each has. *freed* is called whenever a turn has ended, by the thread that ran
    it.
    """

    def __init__(self, size: int, *, shared: bool = False) -> None:
        self.size, self.shared = size, shared
        self.freed: Callable[[], None] = _nobody_listens
        self._busy, self._expected = Counter[str](), Counter[str]()
        self._lock = threading.RLock()

    @contextmanager
    def occupied(self, account: str) -> Iterator[bool]:
        """Occupy a slot for the length of the block, and give True; give False if the account has its share."""
        granted = self._take(account)
        try:
            yield granted
        finally:
            if granted:
                self._free(account)

    def _take(self, account: str) -> bool:
        with self._lock:
            _count_down(self._expected, account)
            granted = not self.shared or _may_take(self.free, self._busy[account])
            if granted:
                self._busy[account] += 1
            return granted

    def _free(self, account: str) -> None:
        with self._lock:
            _count_down(self._busy, account)
        self.freed()

    @property
    def free(self) -> int:
        """Slots that run no turn now."""
        with self._lock:
            return max(0, self.size - self._busy.total())

    @property
    def accounts(self) -> list[str]:
        """The accounts that run a turn now."""
        with self._lock:
            return list(self._busy)

    def room(self, account: str) -> int:
        """How many slots more *account* may take now."""
        with self._lock:
            free, its, more = self.free, self._busy[account], 0
        while more < free and (not self.shared or _may_take(free - more, its + more)):
            more += 1
        return more

    def expect(self, account: str) -> None:
        """Note that a nudge for one of *account* is under way."""
        with self._lock:
            self._expected[account] += 1

    def expected(self, account: str | None = None) -> int:
        """How many nudges are under way, for *account* or altogether."""
        with self._lock:
            return self._expected.total() if account is None else self._expected[account]

    def expect_none(self) -> None:
        """Forget all nudges that are under way: they may be lost."""
        with self._lock:
            self._expected.clear()


def _may_take(free: int, its: int) -> bool:
    """Tell whether an account that has *its* slots may take one of the *free*; the last is for one that has none."""
    return free > 0 and (its == 0 or (free > 1 and its < GREED * free))


def _count_down(counts: Counter[str], account: str) -> None:
    """Count one less. Nobody is kept at zero: a nudge may hold any name."""
    counts[account] -= 1
    if counts[account] <= 0:
        del counts[account]
