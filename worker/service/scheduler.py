"""The scheduler: in every worker, it enqueues due orders and does maintenance.

There is no beat and no leader, because the schedulers claim in the database what they do. Each has two loops, *due*
twice a second and *maintenance* every five seconds, so that a slow platform never delays the wake-ups.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Collection
from time import monotonic
from typing import TypeAlias

import structlog

from worker.domain.errors import StoreError
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.queue.fair_share import FairShare
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue

log = structlog.get_logger()

DUE_INTERVAL_SECONDS = 0.5
MAINTENANCE_INTERVAL_SECONDS = 5.0
ENQUEUE_AGAIN_AFTER = 15 * SECOND
"""An order that stays due is enqueued at most once in this time."""
WAKE_UPS_PER_SLOT = 4
"""How many wake-ups are enqueued for each free slot."""
WAKE_UPS_PER_SHARED_SLOT = 1
"""The same with several accounts. Wake-ups of an account that has its share cannot wait: the free slots refuse them."""
FEW_WAKE_UPS = 2
"""When at most so many wake-ups are expected and slots are free, more are enqueued without waiting."""

Capacity: TypeAlias = Callable[[str], int]
"""Returns how many orders of an account may be enqueued now."""


class Scheduler:
    """Runs the two loops until it is stopped. *claim_due* is `DueOrders.claim`, *maintain* one run of maintenance."""

    def __init__(
        self,
        claim_due: Callable[[int, int, Capacity], list[OrderKey]],
        wake_ups: WakeUpQueue,
        maintain: Callable[[], None],
        fair_share: FairShare,
    ) -> None:
        self._claim_due, self._wake_ups, self._maintain, self._fair_share = claim_due, wake_ups, maintain, fair_share
        self._stopped, self._wake_early = threading.Event(), threading.Event()
        self._per_slot = WAKE_UPS_PER_SHARED_SLOT if fair_share.shared else WAKE_UPS_PER_SLOT
        self._accounts_with_more: Collection[str] = ()
        """The accounts that may have more due orders than were claimed."""
        self._last_full_run_at = float("-inf")
        fair_share.on_freed = self._wake_if_useful
        self._threads = [
            threading.Thread(
                target=self._loop,
                args=(self._wait_for_due, DUE_INTERVAL_SECONDS),
                name="scheduler-due",
                daemon=True,
            ),
            threading.Thread(
                target=self._loop,
                args=(self._wait_for_maintenance, MAINTENANCE_INTERVAL_SECONDS),
                name="scheduler-maintenance",
                daemon=True,
            ),
        ]

    def start(self) -> None:
        """Start both loops, in threads of their own."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Stop both loops, and wait for each up to *timeout_seconds*."""
        self._stopped.set()
        self._wake_early.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def enqueue_due(self) -> None:
        """Enqueue due orders: a few for each slot that their account may take, so that the queue stays short.

        Without a broker, no order is claimed, so that due orders are enqueued as soon as the broker is back. Raises
        `BrokerUnavailable` or `StoreUnavailable`.
        """
        self._fair_share.expect_none()  # the wake-ups of the last run may be lost
        self._last_full_run_at = monotonic()
        self._enqueue_more()

    def _enqueue_more(self) -> None:
        missing, capacity = self._missing(), self._wake_ups.capacity()
        if capacity <= 0:
            self._accounts_with_more = ()
        elif missing <= 0:
            self._accounts_with_more = {*self._accounts_with_more, *self._fair_share.accounts}
        else:
            self._claim(min(missing, capacity))
        self._wake_if_useful()

    def _claim(self, limit: int) -> None:
        capacities: dict[str, int] = {}

        def capacity(account: str) -> int:
            capacities[account] = self._capacity(account)
            return capacities[account]

        keys = self._claim_due(limit, ENQUEUE_AGAIN_AFTER, capacity)
        for key in keys:
            self._fair_share.expect(key.account)
            self._wake_ups.enqueue(key)
        counts = Counter(key.account for key in keys)
        at_limit = len(keys) >= limit
        self._accounts_with_more = [name for name, most in capacities.items() if at_limit or counts[name] >= most]

    def _missing(self) -> int:
        """Return how many wake-ups the free slots lack."""
        return self._per_slot * self._fair_share.free - self._fair_share.expected()

    def _capacity(self, account: str) -> int:
        """Return how many more wake-ups of *account* its share of the slots can take."""
        return self._per_slot * self._fair_share.capacity(account) - self._fair_share.expected(account)

    def _wake_if_useful(self) -> None:
        """End the wait early when few wake-ups are expected and an account with capacity may have more due orders."""
        if (
            self._fair_share.expected() <= FEW_WAKE_UPS
            and self._missing() > 0
            and any(self._capacity(account) > 0 for account in self._accounts_with_more)
        ):
            self._wake_early.set()

    def _wait_for_due(self, seconds: float) -> Callable[[], None]:
        """Wait up to *seconds*, and return what to run then."""
        # A full run comes in time even between early runs, because a lost wake-up must not use up capacity for long.
        early = self._wake_early.wait(seconds) and monotonic() - self._last_full_run_at < DUE_INTERVAL_SECONDS
        self._wake_early.clear()
        return self._enqueue_more if early else self.enqueue_due

    def _wait_for_maintenance(self, seconds: float) -> Callable[[], None]:
        self._stopped.wait(seconds)
        return self._maintain

    def _loop(self, wait: Callable[[float], Callable[[], None]], interval_seconds: float) -> None:
        """Repeat until the scheduler is stopped: *wait* for about *interval_seconds*, and run what it returns."""
        failure = ""
        while True:
            # Random, so that workers that were started together do not run at the same instants.
            work = wait(interval_seconds * random.uniform(0.8, 1.2))  # noqa: S311 - no secret depends on it
            if self._stopped.is_set():
                return
            failure = _run_and_log(work, failure)


def _run_and_log(work: Callable[[], None], last_failure: str) -> str:
    """Run *work*, and return its failure, or an empty text. A failure is logged unless it equals *last_failure*."""
    try:
        work()
    except (StoreError, BrokerUnavailable) as error:
        if str(error) != last_failure:
            log.warning("scheduler_failed", detail=str(error))
        return str(error)
    except Exception as error:  # a defect must not end the scheduler of a worker that runs on
        if repr(error) != last_failure:
            log.exception("scheduler_failed")
        return repr(error)
    if last_failure:
        log.info("scheduler_recovered")
    return ""
