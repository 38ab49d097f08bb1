"""Ticks: the timer inside every worker. There is no beat and no leader: what a tick does, it claims first.

Two loops, so that a slow platform never delays the nudges: *due* twice a second, *chores* (probes,
expired holds, pruning) every five seconds.
"""

import random
import threading
from collections.abc import Callable

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
"""An order that stays due is nudged once in this time ."""
NUDGES_PER_SLOT = 4
FEW = 2
"""Nudges under way at which more are worth a look, while slots are free."""


class Ticks:
    """Runs the two loops until it is stopped."""

    def __init__(
        self,
        claim_due: Callable[[int, int], list[OrderKey]],
        nudge: Nudger,
        chores: Callable[[], None],
        slots: Slots,
    ) -> None:
        self._claim_due, self._nudge, self._chores, self._slots = claim_due, nudge, chores, slots
        self._stopped, self._hastened = threading.Event(), threading.Event()
        self._nudged_up_to, self._has_more = 0, False
        """So many turns have begun when all of our nudges are used up; and whether there were more orders to nudge."""
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
        """Nudge what is due: a few orders for each free slot, so that the queue stays short.

        Without a broker nothing is claimed: what is due is nudged as soon as the broker is back.
        """
        self._nudged_up_to = 0  # what was nudged before may be lost
        self._nudge_due()

    def _nudge_due(self) -> None:
        begun = self._slots.begun
        underway = max(0, self._nudged_up_to - begun)
        wanted, room = NUDGES_PER_SLOT * self._slots.free - underway, self._nudge.room()
        claimed = self._claim_due(min(wanted, room), NUDGE_AGAIN_AFTER) if min(wanted, room) > 0 else []
        for key in claimed:
            self._nudge(key)
        self._nudged_up_to = begun + underway + len(claimed)
        self._has_more = room > 0 and len(claimed) >= min(wanted, room)
        if self._slots.free:
            self._hasten()

    def _hasten(self) -> None:
        """Let the next tick come at once when a slot is free, our nudges are nearly used up, and there may be more."""
        if self._has_more and self._nudged_up_to - self._slots.begun <= FEW:
            self._has_more = False
            self._hastened.set()

    def _run_due(self) -> None:
        def next_work(seconds: float) -> Callable[[], None]:
            work = self._nudge_due if self._hastened.wait(seconds) else self.due
            self._hastened.clear()
            return work

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
