"""The scheduler: in every worker, it repeats the work that no wake-up asks for, each kind in a loop of its own.

There is no beat and no leader, because the schedulers claim in the database what they do. Each loop has its own thread,
so that a slow platform never delays the claims. `worker.service.wiring` lists the loops.
"""

import random
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import structlog

from worker.domain.errors import StoreError

log = structlog.get_logger()

SHORTEST, LONGEST = 0.8, 1.2
"""The parts of its interval between which a loop waits. Workers that were started together do not run together."""


@dataclass(frozen=True, slots=True)
class Loop:
    """Work that is repeated about every *interval_seconds*. Logs and threads show its *name*.

    Whoever sets *wake* ends the wait for the next run. *work* may raise: the failure is logged, and the loop goes on.
    *end* is called once, after the last run; a `StoreError` that it raises is ignored.
    """

    name: str
    interval_seconds: float
    work: Callable[[], object]
    wake: threading.Event = field(default_factory=threading.Event)
    end: Callable[[], object] | None = None


class Scheduler:
    """Runs *loops*, each in a daemon thread, until it is stopped."""

    def __init__(self, loops: Iterable[Loop]) -> None:
        self._loops = tuple(loops)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=(loop,), name=f"scheduler-{loop.name}", daemon=True)
            for loop in self._loops
        ]

    def start(self) -> None:
        """Start every loop. Each waits for its interval before its first run."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Start no more runs, and wait up to *timeout_seconds* for those that go on.

        It may be called again, and also while the scheduler starts, by a signal.
        """
        self._stopped.set()
        for loop in self._loops:
            loop.wake.set()
        ends_at = monotonic() + timeout_seconds
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(max(0.0, ends_at - monotonic()))

    def _repeat(self, loop: Loop) -> None:
        failure = ""
        while True:
            wait_seconds = loop.interval_seconds * random.uniform(SHORTEST, LONGEST)  # noqa: S311 - no secret
            loop.wake.wait(wait_seconds)
            loop.wake.clear()
            if self._stopped.is_set():
                break
            failure = _run_and_log(loop, failure)
        if loop.end:
            with suppress(StoreError):
                loop.end()


def _run_and_log(loop: Loop, last_failure: str) -> str:
    """Run the loop's work, and return its failure, or an empty text. A failure that equals *last_failure* is not new.

    Only a new failure is logged.
    """
    try:
        loop.work()
    except StoreError as error:
        if str(error) != last_failure:
            log.warning("scheduler_failed", loop=loop.name, detail=str(error))
        return str(error)
    except Exception as error:  # a defect must not end the scheduler of a worker that runs on
        if repr(error) != last_failure:
            log.exception("scheduler_failed", loop=loop.name)
        return repr(error)
    if last_failure:
        log.info("scheduler_recovered", loop=loop.name)
    return ""
