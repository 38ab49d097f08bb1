"""`kill -9` of the worker under load: orders that are not where they should be a minute later."""

import time
from collections.abc import Iterator
from threading import Thread

from tests.benchmarks.day import PLACES, told
from tests.benchmarks.figures import Goal
from tests.benchmarks.rivals import Outcome, Rival, await_moves, ours, tutorial, watch

ORDERS = range(1, 301)
NEWS = [told(order_id, stage) for stage in PLACES for order_id in ORDERS]
"""In order, and once: what is unfinished here is the doing of the kill, not of the disorder."""
TIMEOUT, LATENCY = 60.0, 0.1


def run() -> Iterator[str]:
    """Kill each design's worker once, amid its work, and start it again at once."""
    for design, goal in ((ours(), Goal("≤", 0)), (tutorial(), None)):
        with design as rival:
            outcome = _killed(rival)
        verdict = goal.verdict(outcome.unfinished) if goal else ""
        last = f"{outcome.finished[-1]:.1f}" if outcome.finished else "–"
        yield (
            f"unfinished {TIMEOUT:.0f} s after kill -9, of {len(ORDERS)} orders, {rival.name}: {outcome.unfinished}"
            f"{verdict}   illegal writes {outcome.illegal}   last order completed {last} s after the kill"
        )


def _killed(rival: Rival) -> Outcome:
    rival.expect(ORDERS)
    rival.installation.sandbox.fault("delay", seconds=LATENCY, times=None)
    rival.worker.start()
    telling = Thread(target=rival.tell, args=[NEWS])
    telling.start()
    await_moves(rival, len(ORDERS), within=TIMEOUT)
    rival.worker.kill()
    killed_at = time.time()
    rival.worker.start()
    telling.join()
    left = killed_at + TIMEOUT - time.time()
    return watch(rival, ORDERS, killed_at, within=left, quiet=left)
