"""From the webhook to the end of the road: orders a second, calls for each, illegal writes, orders left behind."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

from tests.benchmarks.day import PLACES, day, told
from tests.benchmarks.figures import Goal, Rounds, alone, beside
from tests.benchmarks.rivals import Outcome, Rival, await_moves, ours, tutorial, watch
from tests.support.programs import until

ORDERS = range(1, 201)
TRICKLED = range(1, 41)
REPEATS = 0.2
WITHIN = 90.0
ROUNDS = 2

Open = Callable[[], AbstractContextManager[Rival]]


def run() -> Iterator[str]:
    """Shuffled, with repeats, on a platform that answers at once, and on one that takes its time."""
    for latency, goal in ((0.0, Goal("≥", 2.5)), (0.1, Goal("≥", 3))):
        rounds = [(_shuffled(ours, latency, seed), _shuffled(tutorial, latency, seed)) for seed in range(ROUNDS)]
        mine, theirs = zip(*rounds, strict=True)
        yield from _compared(f"API latency {latency * 1000:.0f} ms", mine, theirs, goal)
    yield alone("calls an order, all news present", Rounds("ours", [_all_present()]), Goal("≤", 5))
    calls = _trickled(ours)
    what, baseline = "calls an order, news trickles in", Rounds("tutorial", [_trickled(tutorial)])
    yield beside(what, Rounds("ours", [calls]), baseline) + Goal("≤", 7).verdict(calls)


def _compared(where: str, mine: Sequence[Outcome], theirs: Sequence[Outcome], goal: Goal) -> Iterator[str]:
    def both(value: Callable[[Outcome], float]) -> tuple[Rounds, Rounds]:
        return Rounds("ours", list(map(value, mine))), Rounds("tutorial", list(map(value, theirs)))

    yield beside(f"orders/s, {where}", *both(lambda o: o.orders_a_second), goal)
    yield beside("  s until half of them were completed", *both(lambda o: o.finished[len(o.finished) // 2]))
    yield beside("  calls an order", *both(lambda o: o.calls_an_order))
    yield beside("  illegal writes", *both(lambda o: o.illegal))
    yield beside(f"  unfinished orders of {len(ORDERS)}", *both(lambda o: o.unfinished))


def _shuffled(design: Open, latency: float, seed: int) -> Outcome:
    with design() as rival:
        rival.expect(ORDERS)
        if latency:
            rival.installation.sandbox.fault("delay", seconds=latency, times=None)
        rival.worker.start()
        began = time.time()
        rival.tell(day(ORDERS, seed=seed, repeats=REPEATS))
        return watch(rival, ORDERS, began, within=WITHIN)


def _all_present() -> float:
    """The worker starts when everything is written down."""
    with ours() as rival:
        rival.expect(ORDERS)
        rival.tell(day(ORDERS, repeats=REPEATS))
        rival.worker.start()
        return watch(rival, ORDERS, time.time(), within=WITHIN).calls_an_order


def _trickled(design: Open) -> float:
    """Each news comes when all that came before has been acted on."""
    with design() as rival:
        rival.expect(TRICKLED)
        rival.worker.start()
        for number, stage in enumerate(PLACES, 1):
            rival.tell([told(order_id, stage) for order_id in TRICKLED], rate=50)
            await_moves(rival, number * len(TRICKLED), within=WITHIN)
            if rival.name == "ours":
                until(rival.installation.at_rest)
        return watch(rival, TRICKLED, time.time(), within=WITHIN).calls_an_order
