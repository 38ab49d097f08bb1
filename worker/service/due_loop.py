"""The loop *due* of the scheduler: it claims due orders for the slots of its own process."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from time import monotonic

from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.service.ahead import Ahead
from worker.service.slots import Slots
from worker.store.leases.due import Capacity

DUE_INTERVAL_SECONDS = 0.5
CLAIM_AGAIN_AFTER = 15 * SECOND
"""An order that was claimed and stays due is claimed again after this time: the process that claimed it has died."""


class DueLoop:
    """Claims due orders for *slots*. *claim_due* is `DueOrders.claim`.

    `wake` is set when a run before the next interval would find orders and slots for them. `last_run_at` is when the
    last run ended well, in seconds of `time.monotonic`; None before the first.
    """

    def __init__(self, claim_due: Callable[[int, int, Capacity], list[OrderKey]], slots: Slots) -> None:
        self._claim_due, self._slots, self._fair_share = claim_due, slots, slots.fair_share
        self.wake = threading.Event()
        self.last_run_at: float | None = None
        self._ahead = Ahead(slots.fair_share.slots, monotonic())
        self._accounts_with_more = set[str]()
        """The accounts that may have due orders which were not claimed."""
        self._lock = threading.Lock()
        """For `_accounts_with_more`."""
        slots.on_freed, slots.on_missed = self._wake_if_useful, self._note_missed

    def run(self) -> None:
        """Claim due orders: as many as there are slots that are free or will be in a moment, for each account.

        A process that stops claims none. Raises `StoreUnavailable`.
        """
        if self._fair_share.is_closed():
            return
        self._ahead.measure(self._slots.ended, monotonic())
        missing = self._missing()
        if missing > 0:
            self._claim(missing)
        else:
            self._note_more(self._fair_share.accounts)
        self.last_run_at = monotonic()
        self._wake_if_useful()

    def _claim(self, limit: int) -> None:
        capacities: dict[str, int] = {}

        def capacity(account: str) -> int:
            capacities[account] = self._capacity(account)
            return capacities[account]

        with self._lock:
            self._accounts_with_more.clear()  # an order that is missed from now on may come too late for this claim
        keys = self._claim_due(limit, CLAIM_AGAIN_AFTER, capacity)
        counts = Counter(key.account for key in keys)
        at_limit = len(keys) >= limit
        self._note_more(name for name, most in capacities.items() if at_limit or counts[name] >= most)
        self._slots.add(keys)

    def _missing(self) -> int:
        """Return how many more orders the slots can take, now or in a moment."""
        return self._fair_share.free + max(0, self._ahead.total - self._beginning())

    def _beginning(self) -> int:
        """Return how many of the orders that wait will begin in a moment.

        Orders of an account that has its share, and whose platform is silent, must not keep those of others waiting.
        """
        busy = set(self._fair_share.accounts)
        waiting = self._slots.waiting_by_account()
        return sum(
            min(count, self._ahead.of(name, has_slot=True)) if name in busy else count
            for name, count in waiting.items()
        )

    def _capacity(self, account: str) -> int:
        """Return how many more orders of *account* its share of the slots can take, now or in a moment."""
        return self._fair_share.capacity(account) + self._ahead_of(account) - self._slots.waiting(account)

    def _ahead_of(self, account: str) -> int:
        return self._ahead.of(account, has_slot=account in self._fair_share.accounts)

    def _note_more(self, accounts: Iterable[str]) -> None:
        with self._lock:
            self._accounts_with_more.update(accounts)

    def _note_missed(self, account: str) -> None:
        """Note that there was no slot for the order of a wake-up: it is claimed as soon as there is one."""
        self._note_more([account])
        self._wake_if_useful()

    def _wake_if_useful(self) -> None:
        """End the wait early when few orders wait, and an account with capacity may have more due orders."""
        if self.wake.is_set():
            return
        with self._lock:
            accounts = list(self._accounts_with_more)
        if 2 * self._beginning() <= self._ahead.total and any(map(self._is_short_of_orders, accounts)):
            self.wake.set()

    def _is_short_of_orders(self, account: str) -> bool:
        few = 2 * self._slots.waiting(account) <= self._ahead_of(account)
        return few and self._capacity(account) > 0
