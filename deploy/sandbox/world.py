"""All that the sandbox remembers: one world, which a reset replaces by a fresh one."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Timer

from deploy.sandbox.faults import Faults
from deploy.sandbox.ledger import Ledger
from deploy.sandbox.orders import Order
from deploy.sandbox.platform import Platform
from deploy.sandbox.rate_limit import RateLimit
from deploy.sandbox.store import Clock, Store


@dataclass(frozen=True, slots=True)
class Limit:
    """*calls* in each window of *seconds*."""

    calls: int
    seconds: float = 60.0


class World:
    """Orders, calls, faults and the rate limit, and what is still to happen in the background."""

    def __init__(self, orders: type[Order], limit: Limit, clock: Clock) -> None:
        """Start empty, with nothing wrong; *orders* is the kind that the platform has."""
        self.clock = clock
        self.store, self.ledger, self.faults = Store(orders, clock), Ledger(clock), Faults(clock)
        self.rate = RateLimit(clock, limit.calls, limit.seconds)
        self._over = Event()
        self._lock = Lock()
        self._timers: set[Timer] = set()

    def wait(self, seconds: float) -> None:
        """Block for *seconds*, or until this world is over."""
        self._over.wait(seconds)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Do *action* in the background after *seconds*, unless this world is over by then."""

        def ring() -> None:
            try:
                action()
            finally:
                with self._lock:
                    self._timers.discard(timer)

        timer = Timer(seconds, ring)
        timer.daemon = True
        with self._lock:
            self._timers.add(timer)
            if not self._over.is_set():
                timer.start()

    @property
    def pending_late(self) -> int:
        """How many late updates are still to come."""
        with self._lock:
            return len(self._timers)

    def end(self) -> None:
        """Let every waiting call go on at once, and drop what was to happen later."""
        with self._lock:
            self._over.set()
            for timer in self._timers:
                timer.cancel()

    def totals(self) -> dict[str, object]:
        """Give every count that a test or a demo may look at."""
        return {**self.ledger.totals(), **self.store.totals(), "pending_late": self.pending_late}

    def report(self, since: int) -> dict[str, object]:
        """Give everything; of the calls those numbered above *since*."""
        return {**self.store.report(), **self.ledger.report(since), "totals": self.totals()}


class Sandbox:
    """The platform it simulates and the present world."""

    def __init__(self, platform: Platform, limit: Limit, clock: Clock) -> None:
        """Begin with an empty world whose rate limit is *limit*."""
        self.platform = platform
        self._limit, self._clock = limit, clock
        self.world = self._fresh()

    def reset(self) -> None:
        """Start over. Calls under way end in the old world, and nothing of theirs shows in the new one."""
        self.world, old = self._fresh(), self.world
        old.end()

    def _fresh(self) -> World:
        return World(self.platform.orders, self._limit, self._clock)
