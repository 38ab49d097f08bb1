"""The timeline: what happened in a storm, in seconds since its begin."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, time


class Timeline:
    """Notes what happens, and hands each line to *show*. Several threads may use it."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show, self._lock, self._began = show, threading.Lock(), monotonic()
        self.lines: list[str] = []
        self.last_trouble_ended_at = 0.0
        """When the last trouble was over, in unix seconds."""

    @property
    def now(self) -> float:
        """Seconds since the begin."""
        return monotonic() - self._began

    def note(self, text: str) -> None:
        """Note that something happened now."""
        line = f"{self.now:7.1f} s  {text}"
        with self._lock:
            self.lines.append(line)
            self._show(line)

    @contextmanager
    def trouble(self, text: str) -> Iterator[None]:
        """Note the begin and the end of a trouble."""
        self.note(text)
        began = self.now
        yield
        with self._lock:
            self.last_trouble_ended_at = time()
        self.note(f"over after {self.now - began:.1f} s: {text}")
