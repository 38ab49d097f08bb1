"""How much memory the worker needs for waiting orders."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing

from tests.benchmarks import rows
from tests.benchmarks.designs import ours, tutorial, watch
from tests.benchmarks.documents import documents
from tests.benchmarks.figures import Goal, Rounds, compare
from tests.benchmarks.installations import broker
from tests.benchmarks.resources import resident
from tests.support.programs import Program, until

WAITING, POSTPONED = 100_000, 10_000
REQUESTED = range(1, 51)
_POSTPONE = f"""
from tests.benchmarks.tutorial import move
for n in range({POSTPONED}):
    move.apply_async((n, "completed"), countdown=3600)
"""


def run() -> Iterator[str]:
    """Measure our orders, which wait in rows, and the tutorial's, which wait as tasks with a countdown."""
    few, many = _with_rows(0), _with_rows(WAITING)
    yield compare("MiB of our worker", Rounds(f"{WAITING:,} waiting", [many]), Rounds("none", [few]), Goal("≤", 1.1))
    before, after = _with_tasks()
    yield compare("MiB of the tutorial's", Rounds(f"{POSTPONED:,} waiting", [after]), Rounds("none", [before]))


def _with_rows(waiting: int) -> float:
    """Return the MiB of the worker after it has reconciled some orders and come to rest."""
    with ours() as design:
        with closing(rows.open_database(design.installation.database_url)) as database:
            rows.fill(database, 1_000_000, 1_000_000 + waiting)
            rows.let_all_wait(database)
        design.expect(REQUESTED)
        design.worker.start()
        design.send(documents(REQUESTED))
        watch(design, REQUESTED, time.time(), within=60)
        until(lambda: _is_stable(design.worker), within_seconds=30)
        return resident(design.worker)


def _with_tasks() -> tuple[float, float]:
    with tutorial() as design:
        design.worker.start()
        before = resident(design.worker)
        command = [sys.executable, "-c", _POSTPONE]
        design.installation.add("postponing", command, lambda: True, **broker(design.installation)).start()
        until(
            lambda: design.installation.broker.hlen("unacked") >= POSTPONED,
            within_seconds=90,
            what="the worker has fetched them",
        )
        return before, resident(design.worker)


def _is_stable(program: Program) -> bool:
    before = resident(program)
    time.sleep(2)  # the memory must not change in this time
    return abs(resident(program) - before) < 0.5
