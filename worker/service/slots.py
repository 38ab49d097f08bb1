"""The slots of this process: threads that reconcile orders, and the claimed orders that wait for them."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import structlog

from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare

log = structlog.get_logger()

FEWEST_ACTIVE, SLOTS_PER_ACTIVE = 2, 8
"""Where few may be active, an account that has a slot begins no other reconciliation while so many are active.

A reconciliation is active while it does not wait for a call. Active ones share one interpreter and one database: more
of them finish no more orders, and make each order of every account slower.
"""


def _ignore(*_: str) -> None: ...


class Slots:
    """Reconciles orders in threads of its own, for each account as many at once as *fair_share* allows.

    *reconcile* reconciles one order, and makes its calls within `calling`. *put_back* takes a claimed order that will
    not begin here. `on_freed` is called after each reconciliation, by its thread, and `on_missed` with the account of
    each order for which `begin` found no slot. Few reconciliations are active at once if several accounts share the
    slots, and with *few_active* also if a single account has them all.
    """

    def __init__(
        self,
        fair_share: FairShare,
        reconcile: Callable[[OrderKey], object],
        put_back: Callable[[OrderKey], object],
        *,
        few_active: bool = False,
    ) -> None:
        self.fair_share, self._reconcile, self._put_back = fair_share, reconcile, put_back
        self.on_freed: Callable[[], None] = _ignore
        self.on_missed: Callable[[str], None] = _ignore
        self._ended = Counter[str]()
        self._threads = ThreadPoolExecutor(fair_share.slots, thread_name_prefix="slot")
        self._waiting: dict[str, deque[OrderKey]] = {}
        """The claimed orders of each account. The account whose turn is next comes first."""
        self._changed = threading.Condition()
        self._calling = 0
        """How many reconciliations wait for a call."""
        few = max(FEWEST_ACTIVE, fair_share.slots // SLOTS_PER_ACTIVE)
        self._most_active = few if few_active or fair_share.shared else fair_share.slots

    def begin(self, key: OrderKey) -> None:
        """Begin to reconcile the order, unless its account has its share of slots, or the process stops."""
        if self._take(key.account):
            self._threads.submit(self._run, key)
        else:
            self.on_missed(key.account)

    def add(self, keys: Iterable[OrderKey]) -> None:
        """Begin to reconcile claimed orders, each as soon as its account may take a slot. The accounts take turns."""
        with self._changed:
            for key in keys:
                self._waiting.setdefault(key.account, deque()).append(key)
        self._begin_waiting()
        if self.fair_share.is_closed():
            self._put_back_waiting()

    @contextmanager
    def calling(self) -> Iterator[None]:
        """During the block, the reconciliation of this thread waits for a call, so another one may begin."""
        with self._changed:
            self._calling += 1
        try:
            if self._waiting:
                self._begin_waiting()
            yield
        finally:
            with self._changed:
                self._calling -= 1

    def waiting(self, account: str | None = None) -> int:
        """Return how many claimed orders wait for a slot, of *account* or of all accounts."""
        with self._changed:
            return sum(map(len, self._waiting.values())) if account is None else len(self._waiting.get(account, ()))

    def waiting_by_account(self) -> dict[str, int]:
        """Return how many claimed orders of each account wait for a slot."""
        with self._changed:
            return {account: len(keys) for account, keys in self._waiting.items()}

    @property
    def ended(self) -> Counter[str]:
        """How many reconciliations of each account have ended."""
        with self._changed:
            return self._ended.copy()

    def close(self) -> None:
        """Begin no more reconciliations, and put back the orders that wait. It waits for nothing."""
        self.fair_share.close()
        self._put_back_waiting()

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until no reconciliation is under way. Returns whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.fair_share.busy, timeout_seconds)

    def _put_back_waiting(self) -> None:
        with self._changed:
            keys = [key for its_keys in self._waiting.values() for key in its_keys]
            self._waiting.clear()
        for key in keys:
            self._put_back(key)

    def _begin_waiting(self) -> None:
        while (key := self._next()) is not None:
            self._threads.submit(self._run, key)

    def _next(self) -> OrderKey | None:
        """Take a slot for an order that waits, and return the order. None: no account with such orders may take one."""
        with self._changed:
            for account, keys in self._waiting.items():
                if self._take(account):
                    key = keys.popleft()
                    del self._waiting[account]
                    if keys:
                        self._waiting[account] = keys  # at the end: the other accounts have their turns first
                    return key
        return None

    def _take(self, account: str) -> bool:
        """Take a slot for *account*, if it may have one now."""
        share = self.fair_share
        is_crowded = share.busy - self._calling >= self._most_active
        return not (is_crowded and account in share.accounts) and share.take(account)

    def _run(self, key: OrderKey) -> None:
        """Reconcile the order, and then orders that wait: to hand them to another thread would only cost time."""
        following: OrderKey | None = key
        while following is not None:
            self._run_one(following)
            following = self._next()
            self._begin_waiting()
            self.on_freed()

    def _run_one(self, key: OrderKey) -> None:
        try:
            if self.fair_share.is_closed():
                self._put_back(key)
            else:
                self._reconcile(key)
        except Exception:  # a defect must not end the thread's work
            log.exception("reconciliation_defect", account=key.account, order=key.order_id)
        finally:
            self.fair_share.release(key.account)
            with self._changed:
                self._ended[key.account] += 1
                self._changed.notify_all()
