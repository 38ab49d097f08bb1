"""Slots: how many turns one process runs at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _nobody_listens() -> None: ...


class Slots:
    """How many turns this process can run at once, how many it runs, and how many have *begun*.

    *freed* is called whenever a turn has ended, by the thread that ran it.
    """

    def __init__(self, size: int) -> None:
        self.size, self.begun = size, 0
        self.freed: Callable[[], None] = _nobody_listens
        self._busy, self._lock = 0, threading.Lock()

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """Occupy one slot for the length of the block."""
        with self._lock:
            self._busy += 1
            self.begun += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1
            self.freed()

    @property
    def free(self) -> int:
        """Slots that run no turn now."""
        return max(0, self.size - self._busy)
