"""From the webhook to `completed`: orders per second, calls for each, illegal writes, unfinished orders."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias

from tests.benchmarks.designs import Design, Outcome, await_steps, ours, tutorial, watch
from tests.benchmarks.documents import STAGES, document, documents
from tests.benchmarks.figures import Goal, Rounds, compare, figure
from tests.support.programs import until

ORDERS = range(1, 201)
FEW_ORDERS = range(1, 41)
REPEATS = 0.2
WITHIN_SECONDS = 90.0
ROUNDS = 2

OpenDesign: TypeAlias = Callable[[], AbstractContextManager[Design]]


def run() -> Iterator[str]:
    """Measure shuffled events with repeats, on a platform that answers at once and on one that needs 100 ms."""
    for latency, goal in ((0.0, Goal("≥", 2.5)), (0.1, Goal("≥", 3))):
        rounds = [(_shuffled(ours, latency, seed), _shuffled(tutorial, latency, seed)) for seed in range(ROUNDS)]
        mine, theirs = zip(*rounds, strict=True)
        yield from _compared(f"API latency {latency * 1000:.0f} ms", mine, theirs, goal)
    yield figure("calls an order, all events present", Rounds("ours", [_all_present()]), Goal("≤", 5))
    calls = _one_by_one(ours)
    what, baseline = "calls an order, events one by one", Rounds("tutorial", [_one_by_one(tutorial)])
    yield compare(what, Rounds("ours", [calls]), baseline) + Goal("≤", 7).verdict(calls)


def _compared(where: str, mine: Sequence[Outcome], theirs: Sequence[Outcome], goal: Goal) -> Iterator[str]:
    def both(value: Callable[[Outcome], float]) -> tuple[Rounds, Rounds]:
        return Rounds("ours", list(map(value, mine))), Rounds("tutorial", list(map(value, theirs)))

    yield compare(f"orders/s, {where}", *both(lambda o: o.orders_per_second), goal)
    yield compare("  s until half of them were completed", *both(lambda o: o.finished[len(o.finished) // 2]))
    yield compare("  calls an order", *both(lambda o: o.calls_per_order))
    yield compare("  illegal writes", *both(lambda o: o.illegal))
    yield compare(f"  unfinished orders of {len(ORDERS)}", *both(lambda o: o.unfinished))


def _shuffled(open_design: OpenDesign, latency_seconds: float, seed: int) -> Outcome:
    with open_design() as design:
        design.expect(ORDERS)
        if latency_seconds:
            design.installation.sandbox.fault("delay", seconds=latency_seconds, times=None)
        design.worker.start()
        began_at = time.time()
        design.send(documents(ORDERS, seed=seed, repeats=REPEATS))
        return watch(design, ORDERS, began_at, within=WITHIN_SECONDS)


def _all_present() -> float:
    """Start the worker when all events are in the database."""
    with ours() as design:
        design.expect(ORDERS)
        design.send(documents(ORDERS, repeats=REPEATS))
        design.worker.start()
        return watch(design, ORDERS, time.time(), within=WITHIN_SECONDS).calls_per_order


def _one_by_one(open_design: OpenDesign) -> float:
    """Send each event of an order after the step for the event before it."""
    with open_design() as design:
        design.expect(FEW_ORDERS)
        design.worker.start()
        for number, stage in enumerate(STAGES, 1):
            design.send([document(order_id, stage) for order_id in FEW_ORDERS], rate=50)
            await_steps(design, number * len(FEW_ORDERS), within=WITHIN_SECONDS)
            if design.name == "ours":
                until(design.installation.at_rest)
        return watch(design, FEW_ORDERS, time.time(), within=WITHIN_SECONDS).calls_per_order
