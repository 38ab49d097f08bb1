"""The queue of faults. It decides which call gets which fault. Thread-safe."""

from dataclasses import dataclass
from itertools import count
from random import Random
from threading import Lock

from deploy.sandbox.faults import CallKey, Fault, FaultKind, Phase, phase_of
from deploy.sandbox.instants import Clock, UnixSeconds


@dataclass(slots=True)
class QueuedFault:
    """A fault in the queue. *uses* is how often it has happened.

    *remaining* is how often it can still happen; None: any number of times.
    """

    number: int
    fault: Fault
    remaining: int | None
    ends_at: UnixSeconds
    random: Random
    uses: int = 0

    def take(self) -> Fault | None:
        """Use the fault once and return it; return None if a storm draws no fault for this call."""
        fault = self._draw() if self.fault.kind is FaultKind.STORM else self.fault
        if fault is not None:
            self.uses += 1
            self.remaining = None if self.remaining is None else self.remaining - 1
        return fault

    def _draw(self) -> Fault | None:
        position = self.random.random()
        for rate, fault in self.fault.choices:
            position -= rate
            if position < 0:
                return fault
        return None


class FaultQueue:
    """A call gets the first fault that matches, in the order in which the faults were added."""

    def __init__(self, clock: Clock) -> None:
        """Start empty. *clock* decides when a fault ends."""
        self._clock = clock
        self._lock = Lock()
        self._numbers = count(1)
        self._queue: dict[int, QueuedFault] = {}

    def add(self, fault: Fault) -> int:
        """Append a fault and return its number."""
        with self._lock:
            number = next(self._numbers)
            ends_at = float("inf") if fault.lifetime_s is None else self._clock() + fault.lifetime_s
            # A seed makes a storm repeatable; these random numbers need not be secret.
            self._queue[number] = QueuedFault(number, fault, fault.times, ends_at, Random(fault.seed))  # noqa: S311
            return number

    def remove(self, number: int) -> bool:
        """Remove one fault. Return False if there is no such fault."""
        with self._lock:
            return self._queue.pop(number, None) is not None

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._queue.clear()

    def take(self, call: CallKey, phase: Phase) -> Fault | None:
        """Return the fault that *call* gets in *phase*, and use it once; None if it gets none."""
        with self._lock:
            self._remove_ended()
            for queued in self._queue.values():
                if phase_of(queued.fault.kind) is phase and queued.fault.match.matches(call):
                    fault = queued.take()
                    if fault is not None:
                        return fault
            return None

    def report(self) -> list[dict[str, object]]:
        """Return the faults that can still happen."""
        with self._lock:
            self._remove_ended()
            return [
                {"id": queued.number, "kind": queued.fault.kind, "remaining": queued.remaining, "uses": queued.uses}
                for queued in self._queue.values()
            ]

    def _remove_ended(self) -> None:
        now = self._clock()
        self._queue = {n: queued for n, queued in self._queue.items() if queued.remaining != 0 and now < queued.ends_at}
