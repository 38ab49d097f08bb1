"""`kill -9` of the worker under load: orders that are not completed a minute later."""

import time
from collections.abc import Iterator
from threading import Thread

from tests.benchmarks.designs import Design, Outcome, await_steps, ours, tutorial, watch
from tests.benchmarks.documents import STAGES, document
from tests.benchmarks.figures import Goal

ORDERS = range(1, 301)
EVENTS = [document(order_id, stage) for stage in STAGES for order_id in ORDERS]
"""In order, and each once, so that the kill alone causes what is unfinished."""
TIMEOUT_SECONDS, LATENCY_SECONDS = 60.0, 0.1


def run() -> Iterator[str]:
    """Kill the worker of each design once while it works, and start it again at once."""
    for opened, goal in ((ours(), Goal("≤", 0)), (tutorial(), None)):
        with opened as design:
            outcome = _killed(design)
        verdict = goal.verdict(outcome.unfinished) if goal else ""
        last = f"{outcome.finished[-1]:.1f}" if outcome.finished else "–"
        yield (
            f"unfinished {TIMEOUT_SECONDS:.0f} s after kill -9, of {len(ORDERS)} orders, {design.name}:"
            f" {outcome.unfinished}"
            f"{verdict}   illegal writes {outcome.illegal}   last order completed {last} s after the kill"
        )


def _killed(design: Design) -> Outcome:
    design.expect(ORDERS)
    design.installation.sandbox.fault("delay", seconds=LATENCY_SECONDS, times=None)
    design.worker.start()
    sender = Thread(target=design.send, args=[EVENTS])
    sender.start()
    await_steps(design, len(ORDERS), within=TIMEOUT_SECONDS)
    design.worker.kill()
    killed_at = time.time()
    design.worker.start()
    sender.join()
    left = killed_at + TIMEOUT_SECONDS - time.time()
    return watch(design, ORDERS, killed_at, within=left, quiet=left)
