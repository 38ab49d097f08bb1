"""Fair share: the slots of one process for reconciliations, and how accounts share them."""

import threading
from collections import Counter

MAX_RATIO = 3
"""An account may take another slot while it uses fewer than this many times the free slots."""


class FairShare:
    """The slots of this process, and the accounts that use them.

    With *shared*, several accounts share the slots, and none can take them all. Alone, an account takes twelve of
    sixteen; the more accounts are busy, the fewer each takes.
    """

    def __init__(self, slots: int, *, shared: bool = False) -> None:
        self.slots, self.shared = slots, shared
        self._busy = Counter[str]()
        self._lock = threading.RLock()
        self._is_closed = False

    def take(self, account: str) -> bool:
        """Take a slot for *account*. Returns False if the account has its share already, or the process stops."""
        with self._lock:
            if self._is_closed or not self._may_take(self.free, self._busy.get(account, 0)):
                return False
            self._busy[account] += 1
            return True

    def release(self, account: str) -> None:
        """Free a slot that *account* has taken."""
        with self._lock:
            self._busy[account] -= 1
            if not self._busy[account]:
                del self._busy[account]

    def close(self) -> None:
        """Grant no more slots, because the process stops."""
        with self._lock:
            self._is_closed = True

    def is_closed(self) -> bool:
        """Tell whether the process stops."""
        return self._is_closed

    @property
    def busy(self) -> int:
        """The number of slots with a reconciliation."""
        with self._lock:
            return self._busy.total()

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
            free, used, more = self.free, self._busy.get(account, 0), 0
        while self._may_take(free - more, used + more):
            more += 1
        return more

    def _may_take(self, free: int, used: int) -> bool:
        """Tell whether an account that uses *used* slots may take a free one.

        With several accounts, the last is for an account without a slot.
        """
        return free > 0 and (not self.shared or used == 0 or (free > 1 and used < MAX_RATIO * free))
