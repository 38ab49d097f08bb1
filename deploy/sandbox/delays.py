"""Waits and late actions, all of which a reset ends at once. Thread-safe."""

from collections.abc import Callable
from threading import Event, Lock, Timer


class Delays:
    """The waiting calls and the scheduled actions of one state of the sandbox."""

    def __init__(self) -> None:
        """Start with no wait and no action."""
        self._cancelled = Event()
        self._lock = Lock()
        self._timers: set[Timer] = set()

    def wait(self, duration_s: float) -> None:
        """Block for *duration_s* seconds, or until `cancel`."""
        self._cancelled.wait(duration_s)

    def run_later(self, delay_s: float, action: Callable[[], object]) -> None:
        """Run *action* in another thread after *delay_s* seconds, unless `cancel` is called first."""

        def run() -> None:
            try:
                action()
            finally:
                with self._lock:
                    self._timers.discard(timer)

        timer = Timer(delay_s, run)
        timer.daemon = True
        with self._lock:
            self._timers.add(timer)
            if not self._cancelled.is_set():
                timer.start()

    @property
    def pending(self) -> int:
        """The number of actions that have not finished."""
        with self._lock:
            return len(self._timers)

    def cancel(self) -> None:
        """End every wait now, and drop every action that has not started."""
        with self._lock:
            self._cancelled.set()
            for timer in self._timers:
                timer.cancel()
