"""`kill -9` of the worker under load: orders that are not where they should be a minute later."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from threading import Thread

from tests.benchmarks.day import PLACES, told
from tests.benchmarks.figures import Goal, verdict
from tests.benchmarks.rivals import Outcome, Rival, await_moves, ours, tutorial, watch

ORDERS = range(1, 301)
NEWS = [told(order_id, place) for place in PLACES for order_id in ORDERS]
"""In order, and once: what is unfinished here is the kill's doing alone."""
PATIENCE, LATENCY = 60.0, 0.1


def run() -> Iterator[str]:
    """Kill each design's worker once, amid its work, and start it again at once."""
    for design in (ours, tutorial):
        outcome, home = _killed(design)
        name = design.__name__
        goal = verdict(outcome.unfinished, Goal("≤", 0)) if name == "ours" else ""
        yield (
            f"unfinished {PATIENCE:.0f} s after kill -9, of {len(ORDERS)} orders, {name}: {outcome.unfinished}{goal}"
            f"   illegal writes {outcome.illegal}   last order completed {home:.1f} s after the kill"
        )


def _killed(design: Callable[[], AbstractContextManager[Rival]]) -> tuple[Outcome, float]:
    with design() as rival:
        rival.expect(ORDERS)
        rival.house.sandbox.fault("delay", seconds=LATENCY, times=None)
        rival.worker.start()
        telling = Thread(target=rival.tell, args=[NEWS])
        telling.start()
        await_moves(rival, len(ORDERS), within=PATIENCE)
        rival.worker.kill()
        killed_at = time.time()
        rival.worker.start()
        telling.join()
        left = PATIENCE - (time.time() - killed_at)
        outcome = watch(rival, ORDERS, killed_at, within=left, quiet=left)
        return outcome, outcome.finished[-1] if outcome.finished else 0.0
