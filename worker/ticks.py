"""Ticks: the timer inside every worker. There is no beat and no leader: what a tick does, it claims first.

Two loops, so that a slow platform never delays the nudges: *due* twice a second, *chores* (probes,
expired holds, pruning) every five seconds.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Collection
from time import monotonic

import structlog

from worker.domain.errors import JournalError
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.nudges import NotQueued, Nudger
from worker.slots import Slots

log = structlog.get_logger()

TICK = 0.5
CHORES = 5.0
NUDGE_AGAIN_AFTER = 15 * SECOND
"""An order that stays due is nudged once in this time."""
NUDGES_PER_SLOT = 4
NUDGES_PER_SHARED_SLOT = 1
"""Of an account that has its share, no nudge can wait in the queue: the slots that are free for others turn it away."""
FEW = 2
"""Nudges under way at which more are worth a look, while slots are free."""

Room = Callable[[str], int]
"""How many orders of an account may be nudged now."""


class Ticks:
    """Runs the two loops until it is stopped. *claim_due* is `SqlDue.claim`."""

    def __init__(
        self,
        claim_due: Callable[[int, int, Room], list[OrderKey]],
        nudge: Nudger,
        chores: Callable[[], None],
        slots: Slots,
    ) -> None:
        self._claim_due, self._nudge, self._chores, self._slots = claim_due, nudge, chores, slots
        self._stopped, self._hastened = threading.Event(), threading.Event()
        self._per_slot = NUDGES_PER_SHARED_SLOT if slots.shared else NUDGES_PER_SLOT
        self._have_more: Collection[str] = ()
        """The accounts that may have more due orders than they had room for."""
        self._forgot_at = float("-inf")
        slots.freed = self._hasten
        self._threads = [
            threading.Thread(target=self._run_due, name="tick-due", daemon=True),
            threading.Thread(target=self._run_chores, name="tick-chores", daemon=True),
        ]

    def start(self) -> None:
        """Start both loops, in threads of their own."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Stop both loops; waits up to *patience* seconds for what they are doing."""
        self._stopped.set()
        self._hastened.set()
        for thread in self._threads:
            thread.join(patience)

    def due(self) -> None:
        """Nudge what is due: a few orders for each slot that its account may take, so that the queue stays short.

        Without a broker nothing is claimed: what is due is nudged as soon as the broker is back.
        """
        self._slots.expect_none()  # what was nudged before may be lost
        self._forgot_at = monotonic()
        self._nudge_due()

    def _nudge_due(self) -> None:
        wanted, queue = self._wanted(), self._nudge.room()
        if queue <= 0:
            self._have_more = ()
        elif wanted <= 0:
            self._have_more = {*self._have_more, *self._slots.accounts}
        else:
            self._claim(min(wanted, queue))
        self._hasten()

    def _claim(self, limit: int) -> None:
        asked: dict[str, int] = {}

        def room(account: str) -> int:
            asked[account] = self._room(account)
            return asked[account]

        claimed = self._claim_due(limit, NUDGE_AGAIN_AFTER, room)
        for key in claimed:
            self._slots.expect(key.account)
            self._nudge(key)
        found = Counter(key.account for key in claimed)
        self._have_more = [name for name, most in asked.items() if found[name] >= most or len(claimed) >= limit]

    def _wanted(self) -> int:
        return self._per_slot * self._slots.free - self._slots.expected()

    def _room(self, account: str) -> int:
        return self._per_slot * self._slots.room(account) - self._slots.expected(account)

    def _hasten(self) -> None:
        """Let the next tick come at once when our nudges are nearly used up, and there may be more with room for it."""
        if (
            self._slots.expected() <= FEW
            and self._wanted() > 0
            and any(self._room(account) > 0 for account in self._have_more)
        ):
            self._hastened.set()

    def _run_due(self) -> None:
        def next_work(seconds: float) -> Callable[[], None]:
            # However often ticks are hastened: a nudge that was lost must not take up its account's room for long.
            early = self._hastened.wait(seconds) and monotonic() - self._forgot_at < TICK
            self._hastened.clear()
            return self._nudge_due if early else self.due

        self._loop(next_work, TICK)

    def _run_chores(self) -> None:
        def next_work(seconds: float) -> Callable[[], None]:
            self._stopped.wait(seconds)
            return self._chores

        self._loop(next_work, CHORES)

    def _loop(self, next_work: Callable[[float], Callable[[], None]], every: float) -> None:
        troubled = ""
        while True:
            # Workers that were started together drift apart.
            work = next_work(every * random.uniform(0.8, 1.2))  # noqa: S311 - no secret hangs on it
            if self._stopped.is_set():
                return
            troubled = _told_once(work, troubled)


def _told_once(work: Callable[[], None], troubled: str) -> str:
    """Do *work*; returns what is wrong with it, and says so unless that is what was wrong last time: *troubled*."""
    try:
        work()
    except (JournalError, NotQueued) as error:
        if str(error) != troubled:
            log.warning("tick_failed", detail=str(error))
        return str(error)
    except Exception as error:  # a defect: a worker whose timer has ended would run, and let orders wait
        if repr(error) != troubled:
            log.exception("tick_failed")
        return repr(error)
    if troubled:
        log.info("tick_recovered")
    return ""
