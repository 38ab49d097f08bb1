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
        self._stopped = False
        self._wanted = {self.due: threading.Event(), self._chores: threading.Event()}
        self._more_from: int | None = None
        """So many turns must have begun before more orders are worth a look; None while there are no more."""
        slots.freed = self._hasten
        self._threads = [
            threading.Thread(target=self._loop, args=(self.due, TICK), name="tick-due", daemon=True),
            threading.Thread(target=self._loop, args=(self._chores, CHORES), name="tick-chores", daemon=True),
        ]

    def start(self) -> None:
        """Start both loops, in threads of their own."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Stop both loops; waits up to *patience* seconds for what they are doing."""
        self._stopped = True
        for wanted in self._wanted.values():
            wanted.set()
        for thread in self._threads:
            thread.join(patience)

    def due(self) -> None:
        """Nudge what is due: a few orders for each free slot, so that the queue stays short.

        Without a broker nothing is claimed: what is due is nudged as soon as the broker is back.
        """
        begun, limit = self._slots.begun, min(NUDGES_PER_SLOT * self._slots.free, self._nudge.room())
        claimed = self._claim_due(limit, NUDGE_AGAIN_AFTER) if limit > 0 else []
        for key in claimed:
            self._nudge(key)
        self._more_from = begun + len(claimed) if len(claimed) == max(0, limit) else None
        if self._slots.free:
            self._hasten()

    def _hasten(self) -> None:
        """Tick at once when a slot is free, what was nudged is used up, and there may be more."""
        if self._more_from is not None and self._slots.begun >= self._more_from:
            self._more_from = None
            self._wanted[self.due].set()

    def _pause(self, work: Callable[[], None], seconds: float) -> bool:
        """Wait until *work* is wanted, or its time has come; tells whether all is over."""
        self._wanted[work].wait(seconds)
        self._wanted[work].clear()
        return self._stopped

    def _loop(self, work: Callable[[], None], every: float) -> None:
        troubled = ""
        # Workers that were started together drift apart.
        while not self._pause(work, every * random.uniform(0.8, 1.2)):  # noqa: S311 - no secret hangs on it
            try:
                work()
            except (JournalError, NotQueued) as error:
                if str(error) != troubled:
                    log.warning("tick_failed", detail=str(error))
                troubled = str(error)
            except Exception as error:  # a defect: a worker whose timer has ended would run, and let orders wait
                if repr(error) != troubled:
                    log.exception("tick_failed")
                troubled = repr(error)
            else:
                if troubled:
                    log.info("tick_recovered")
                troubled = ""
