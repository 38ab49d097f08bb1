"""The state of the sandbox: all that a reset replaces."""

from deploy.sandbox.call_log import CallLog
from deploy.sandbox.delays import Delays
from deploy.sandbox.fault_queue import FaultQueue
from deploy.sandbox.instants import Clock
from deploy.sandbox.order_store import OrderStore
from deploy.sandbox.orders import Order
from deploy.sandbox.platform import Platform
from deploy.sandbox.rate_limit import Limit, RateLimit


class State:
    """Orders, calls, faults, the rate limit and the delays, since the start or the last reset."""

    def __init__(self, order_type: type[Order], limit: Limit, clock: Clock) -> None:
        """Start without orders, calls and faults. *order_type* is the type of the platform's orders."""
        self.clock = clock
        self.orders = OrderStore(order_type, clock)
        self.calls = CallLog(clock)
        self.faults = FaultQueue(clock)
        self.rate_limit = RateLimit(clock, limit.calls, limit.window_s, limit.kind)
        self.delays = Delays()

    def totals(self) -> dict[str, object]:
        """Return every count."""
        limits = self.rate_limit.totals()
        return {**self.calls.totals(), **self.orders.totals(), "pending_late": self.delays.pending, "limits": limits}

    def report(self, since: int) -> dict[str, object]:
        """Return orders, transitions, totals, and the calls with a number above *since*."""
        return {**self.orders.report(), **self.calls.report(since), "totals": self.totals()}


class Sandbox:
    """A simulated platform and its current state."""

    def __init__(self, platform: Platform, limit: Limit, clock: Clock) -> None:
        """Start with an empty state whose rate limit is *limit*."""
        self.platform = platform
        self._limit, self._clock = limit, clock
        self.state = self._new_state()

    def reset(self) -> None:
        """Replace the state by an empty one. Running calls end in the old state and do not change the new one."""
        old_state, self.state = self.state, self._new_state()
        old_state.delays.cancel()

    def _new_state(self) -> State:
        return State(self.platform.order_type, self._limit, self._clock)
