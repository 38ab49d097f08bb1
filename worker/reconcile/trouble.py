"""Tells the trouble of an account from that of one order: which failures hold the account, after a probe."""

import threading
from collections import defaultdict
from collections.abc import Callable

from worker.domain.accounts.breaker import Breaker
from worker.domain.errors import ApiError, Defect, Transient, Unauthorized
from worker.domain.instants import Instant
from worker.domain.lanes import is_unknown
from worker.domain.orders import Order, OrderKey
from worker.domain.reasons import HoldReason
from worker.reconcile.probe import Probe


class AccountTrouble:
    """Watches the calls of this process, account by account. *monotonic_us* is as in `Ports`."""

    def __init__(self, probe: Probe, monotonic_us: Callable[[], Instant]) -> None:
        self._probe, self._monotonic_us = probe, monotonic_us
        self._breakers: defaultdict[str, Breaker] = defaultdict(Breaker)
        self._lock = threading.Lock()

    def succeeded(self, account: str) -> None:
        """Note that the platform has answered a call of *account*."""
        with self._lock:
            self._breakers.pop(account, None)

    def hold_after(self, error: ApiError, order: Order) -> HoldReason | None:
        """Return the reason for which the account is held because of *error*, or None: it is the *order*'s own failure.

        A refusal of the credentials leads to a probe at once, and calls without an answer do when they are about
        several orders, with no answer between them. Only what the probe confirms holds the account. A refusal to
        show an order that the platform has never shown leads to fewer probes, because anybody can name such an order.
        """
        key = order.key
        match error:
            case Transient():
                suspicion = HoldReason.OUTAGE if self._failed(key) else None
            case Unauthorized():
                suspicion = HoldReason.CREDENTIALS
                self.succeeded(key.account)
            case Defect():
                suspicion = None
            case _:
                suspicion = None
                self.succeeded(key.account)
        seldom = suspicion is HoldReason.CREDENTIALS and is_unknown(order)
        return self._probe.confirm(key.account, suspicion, seldom=seldom) if suspicion else None

    def _failed(self, key: OrderKey) -> bool:
        """Note a call without an answer. Returns whether the breaker of the account has tripped."""
        with self._lock:
            breaker = self._breakers[key.account].after_failure(key.order_id, self._monotonic_us())
            self._breakers[key.account] = breaker
        return breaker.is_tripped
