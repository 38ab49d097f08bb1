"""Slots: how many turns one process runs at once."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Slots:
    """How many turns this process can run at once, and how many it runs."""

    def __init__(self, size: int) -> None:
        self.size, self._busy, self._lock = size, 0, threading.Lock()

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Occupy one slot for the length of the block."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._lock:
            self._busy += change

    @property
    def free(self) -> int:
        """Slots that run no turn now."""
        return max(0, self.size - self._busy)
