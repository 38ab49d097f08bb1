"""From the webhook to `completed`: orders per second, calls and processor time for each, illegal writes, unfinished."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TypeAlias

from tests.benchmarks import installations
from tests.benchmarks.designs import Design, Outcome, await_steps, fast, library, ours, tutorial, watch
from tests.benchmarks.documents import STAGES, document, documents
from tests.benchmarks.figures import Goal, Rounds, compare, figure, formatted, spread
from tests.benchmarks.resources import Usage
from tests.support.programs import until

FEW_ORDERS = range(1, 41)
REPEATS = 0.2
WITHIN_SECONDS = 90.0

OpenDesign: TypeAlias = Callable[[], AbstractContextManager[Design]]


@dataclass(frozen=True, slots=True)
class Load:
    """So many orders for workers with *slots*, *rounds* times, at a platform that needs *latency* seconds a call.

    The tutorial's design, which needs many times as long, gets *few* orders once, or none.
    """

    latency: float
    slots: int
    orders: int
    rounds: int
    few: int = 0


OURS = ("ours, SQLite", "ours, PostgreSQL")
GOALS = {"asyncio": 1.3, "queue library": 1.3, "tutorial": 3.0}
"""How many times as many orders a second we should complete, on a platform that answers at once."""
LOADS = (Load(0.0, 16, 800, 3, 200), Load(0.0, 50, 800, 1), Load(0.1, 16, 320, 2, 160), Load(0.1, 50, 1000, 2))


def run() -> Iterator[str]:
    """Measure shuffled events with repeats, on a platform that answers at once and on one that needs 100 ms."""
    for load in LOADS:
        yield from _measured(load)
    yield figure("calls an order, all events present", Rounds("ours", [_all_present()]), Goal("≤", 5))
    calls = _one_by_one(ours)
    what, baseline = "calls an order, events one by one", Rounds("tutorial", [_one_by_one(tutorial)])
    yield compare(what, Rounds("ours", [calls]), baseline) + Goal("≤", 7).verdict(calls)


# ------------------------------------------------------------------------------------------------------ shuffled events


@dataclass(frozen=True, slots=True)
class _Round:
    """What one design made of a load, and the milliseconds of processor time that each part needed for an event."""

    outcome: Outcome
    deliveries_per_second: float
    costs: Mapping[str, float]


def _measured(load: Load) -> Iterator[str]:
    designs = _designs(load.slots)
    rounds: dict[str, list[_Round]] = {name: [] for name in designs}
    for seed in range(load.rounds):
        for name, opened in designs.items():
            rounds[name].append(_shuffled(opened, load, load.orders, seed))
    if load.few:
        rounds["tutorial"] = [_shuffled(tutorial, load, load.few, 0)] * load.rounds
    yield f"API latency {load.latency * 1000:.0f} ms, {load.slots} slots"
    yield from (f"  {name}: {_details(measured)}" for name, measured in rounds.items())
    for name in filter(rounds.__contains__, OURS):
        yield from _compared(load, name, rounds)


def _designs(slots: int) -> dict[str, OpenDesign]:
    on_postgresql = {OURS[1]: partial(_ours_on_postgresql, slots)} if installations.has_postgresql() else {}
    baselines = {"asyncio": partial(fast, slots=slots), "queue library": partial(library, slots=slots)}
    return {OURS[0]: partial(ours, slots=slots), **on_postgresql, **baselines}


def _compared(load: Load, name: str, rounds: Mapping[str, Sequence[_Round]]) -> Iterator[str]:
    """Compare ours with each baseline, and with slots that do nothing but wait for calls."""
    speeds = {each: [one.outcome.orders_per_second for one in measured] for each, measured in rounds.items()}
    for other, least in GOALS.items():
        if other in speeds:
            goal = None if load.latency else Goal("≥", least)
            yield compare("  orders/s", Rounds(name, speeds[name]), Rounds(other, speeds[other]), goal)
    if load.latency:
        slots_per_second = load.slots / load.latency
        shares = [
            one.outcome.orders_per_second * one.outcome.calls_per_order / slots_per_second for one in rounds[name]
        ]
        yield figure("  share of slots/(calls × latency)", Rounds(name, shares), Goal("≥", 0.85))


def _details(measured: Sequence[_Round]) -> str:
    def each(value: Callable[[_Round], float]) -> str:
        return spread([value(one) for one in measured])

    costs = {part: formatted(median(one.costs[part] for one in measured)) for part in measured[0].costs}
    return (
        f"orders/s {each(lambda one: one.outcome.orders_per_second)}"
        f"   deliveries/s {each(lambda one: one.deliveries_per_second)}"
        f"   calls an order {each(lambda one: one.outcome.calls_per_order)}"
        f"   CPU ms an event {', '.join(f'{part} {cost}' for part, cost in costs.items())}"
        f"   illegal writes {sum(one.outcome.illegal for one in measured)}"
        f"   unfinished {sum(one.outcome.unfinished for one in measured)}"
        f"   half after {each(lambda one: one.outcome.finished[len(one.outcome.finished) // 2])} s"
    )


def _shuffled(open_design: OpenDesign, load: Load, count: int, seed: int) -> _Round:
    orders = range(1, count + 1)
    bodies = documents(orders, seed=seed, repeats=REPEATS)
    with open_design() as design:
        design.expect(orders)
        if load.latency:
            design.installation.sandbox.fault("delay", seconds=load.latency, times=None)
        design.worker.start()
        usage, began_at = Usage(design.parts(), design.installation), time.time()
        design.send(bodies)
        sent_at = time.time()
        outcome = watch(design, orders, began_at, within=WITHIN_SECONDS)
        costs = {part: 1000 * seconds / len(bodies) for part, seconds in usage.seconds().items()}
    return _Round(outcome, len(bodies) / (sent_at - began_at), costs)


@contextmanager
def _ours_on_postgresql(slots: int) -> Iterator[Design]:
    with installations.empty_postgresql() as url, ours(url, slots=slots) as design:
        yield design


# ----------------------------------------------------------------------------------------------------- calls an order


def _all_present() -> float:
    """Start the worker when all events are in the database."""
    orders = range(1, 201)
    with ours() as design:
        design.expect(orders)
        design.send(documents(orders, repeats=REPEATS))
        design.worker.start()
        return watch(design, orders, time.time(), within=WITHIN_SECONDS).calls_per_order


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
