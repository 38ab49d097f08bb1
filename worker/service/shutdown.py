"""How a worker process ends: in time, whatever its broker does, and at once after a second signal."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog

from worker.service.slots import Slots

log = structlog.get_logger()

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
RECONCILIATIONS_END_WITHIN_SECONDS = 20.0
"""A reconciliation ends after the call that it makes when the worker is told to stop. It is longer than that call."""
CELERY_ENDS_WITHIN_SECONDS = 5.0
"""How long Celery may take to return its wake-ups, when nothing is reconciled any more. A silent broker takes none."""


class Shutdown:
    """The end of this process, whose reconciliations are in *slots*.

    *at_end* does the last work; it is bounded in time. *exit_process* ends the process at once with an exit code.
    """

    def __init__(
        self, slots: Slots, at_end: Callable[[], object], exit_process: Callable[[int], object] = os._exit
    ) -> None:
        self._slots, self._at_end, self._exit_process = slots, at_end, exit_process

    def begin(self) -> None:
        """Begin no more reconciliations, and end the process in time if Celery does not. Call it in the main thread."""
        self._slots.close()
        for number in STOP_SIGNALS:
            signal.signal(number, self._end_at_once)
        threading.Thread(target=self._end_in_time, name="shutdown", daemon=True).start()

    def _end_at_once(self, number: int, _frame: FrameType | None) -> None:
        """End as after `kill -9`: the leases end by themselves."""
        self._exit_process(128 + number)

    def _end_in_time(self) -> None:
        log.info("worker_ending", reconciliations=self._slots.fair_share.busy)
        self._slots.wait(RECONCILIATIONS_END_WITHIN_SECONDS)
        time.sleep(CELERY_ENDS_WITHIN_SECONDS)
        log.warning("worker_ended_before_celery", reconciliations=self._slots.fair_share.busy)
        self._at_end()
        sys.stderr.flush()
        self._exit_process(0)
