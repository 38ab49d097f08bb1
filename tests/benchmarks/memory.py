"""What waiting orders cost in the worker's memory."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing

from tests.benchmarks import rows
from tests.benchmarks.day import day
from tests.benchmarks.figures import Goal, Rounds, beside
from tests.benchmarks.installations import broker
from tests.benchmarks.resources import resident
from tests.benchmarks.rivals import ours, tutorial, watch
from tests.support.programs import Program, until

WAITING, POSTPONED = 100_000, 10_000
REQUESTED = range(1, 51)
_POSTPONE = f"""
from tests.benchmarks.tutorial import move
for n in range({POSTPONED}):
    move.apply_async((n, "completed"), countdown=3600)
"""


def run() -> Iterator[str]:
    """Our orders wait in rows, the tutorial's as tasks that are put off."""
    few, many = _with_rows(0), _with_rows(WAITING)
    yield beside("MiB of our worker", Rounds(f"{WAITING:,} waiting", [many]), Rounds("none", [few]), Goal("≤", 1.1))
    before, after = _with_tasks()
    yield beside("MiB of the tutorial's", Rounds(f"{POSTPONED:,} waiting", [after]), Rounds("none", [before]))


def _with_rows(waiting: int) -> float:
    """The worker's memory after it has walked some orders, and then rested."""
    with ours() as rival:
        with closing(rows.open_patiently(rival.installation.database_url)) as database:
            rows.fill(database, 1_000_000, 1_000_000 + waiting)
            rows.let_all_wait(database)
        rival.expect(REQUESTED)
        rival.worker.start()
        rival.tell(day(REQUESTED))
        watch(rival, REQUESTED, time.time(), within=60)
        until(lambda: _stands_still(rival.worker), within=30)
        return resident(rival.worker)


def _with_tasks() -> tuple[float, float]:
    with tutorial() as rival:
        rival.worker.start()
        before = resident(rival.worker)
        command = [sys.executable, "-c", _POSTPONE]
        rival.installation.add("postponing", command, lambda: True, **broker(rival.installation)).start()
        until(
            lambda: rival.installation.store.hlen("unacked") >= POSTPONED, within=90, what="the worker has fetched them"
        )
        return before, resident(rival.worker)


def _stands_still(program: Program) -> bool:
    before = resident(program)
    time.sleep(2)  # to stand still takes time
    return abs(resident(program) - before) < 0.5
