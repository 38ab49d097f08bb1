"""How long the demo may take, and whether somebody wants it to end."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

POLL_INTERVAL = 0.1
"""Seconds between two looks at what is waited for."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Timeouts:
    """Ends after *seconds*, or by a signal, which `pause` alone notices: no cleaning up is ever cut short."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._told = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear Ctrl-C, SIGTERM and SIGHUP for the length of the block; a signal that is ignored stays so."""
        heard = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, self._hear) for number in heard}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() >= self._ends

    def pause(self) -> None:
        """Wait for a moment; raises KeyboardInterrupt when somebody wants the demo to end."""
        if not self._told:
            time.sleep(POLL_INTERVAL)
        if self._told:
            raise KeyboardInterrupt

    def wait_for(self, condition: Callable[[], object]) -> bool:
        """Return True as soon as *condition* is true, False when the time is up first."""
        while not condition():
            if self.is_over:
                return False
            self.pause()
        return True

    def _hear(self, *_signal: object) -> None:
        self._told = True
