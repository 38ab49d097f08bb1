"""How many webhooks the receiver accepts, and how soon: beside a bare view, and beside the tutorial's."""

import time
from collections.abc import Iterator
from itertools import count
from statistics import median

from tests.benchmarks import installations
from tests.benchmarks.day import day
from tests.benchmarks.figures import Goal, alone, beside, spread
from tests.benchmarks.installations import BARE, TUTORIAL, NoPostgresql
from tests.benchmarks.load import Answers, Plan, send
from tests.benchmarks.resources import cpu_seconds
from tests.house import House

ROUNDS = 5
SECONDS = 2.0
MOST = 4000
"""No server here accepts more in a second."""
STEADY, STEADY_SECONDS = 200, 15

_orders = count(1, 10_000)


def run() -> Iterator[str]:
    """Measure on both databases."""
    yield from _on("SQLite, 1 process", "", 1, at_full_speed=0.5)
    try:
        with installations.empty_postgresql() as url:
            yield from _on("PostgreSQL, 2 processes", url, 2, at_full_speed=0.3)
    except NoPostgresql as missing:
        yield str(missing)


def _on(where: str, database_url: str, processes: int, *, at_full_speed: float) -> Iterator[str]:
    with installations.house(database_url) as house:
        yield from _at_full_speed(where, house, processes, at_full_speed)
        house.store.flushall()
        yield from _steady(where, house)


def _at_full_speed(where: str, house: House, processes: int, goal: float) -> Iterator[str]:
    programs, ports = {"ours": installations.receiver(house, processes).start()}, {"ours": house.port}
    for name in (BARE, TUTORIAL):
        programs[name], ports[name] = installations.rival_receiver(house, name, processes)
        programs[name].start()
    rounds: dict[str, list[Answers]] = {name: [] for name in ports}
    costs: dict[str, list[float]] = {name: [] for name in ports}
    for number in range(ROUNDS + 1):
        for name, port in ports.items():
            before = cpu_seconds(programs[name])
            answers = _press(port)
            cost = 1000 * (cpu_seconds(programs[name]) - before) / len(answers.all)
            house.store.flushall()
            if number:  # the first one warms up
                rounds[name].append(answers)
                costs[name].append(cost)
    speed = {name: [answers.accepted_a_second for answers in measured] for name, measured in rounds.items()}
    what = f"accepted/s, {where}"
    yield beside(what, speed["ours"], "bare view", speed[BARE], Goal("≥", goal))
    yield beside(what, speed["ours"], "tutorial's view", speed[TUTORIAL], Goal("≥", 1))
    for name, measured in rounds.items():
        halves, most = ([a.milliseconds(percent) for a in measured] for percent in (50, 99))
        yield f"  ms under this load, {name.rpartition('.')[2]}: p50 {spread(halves)}   p99 {spread(most)}"
    for name in (BARE, TUTORIAL):
        yield beside("  ms of CPU a request", costs["ours"], name.rpartition(".")[2], costs[name])
    yield f"  not accepted: {sum(a.refused for measured in rounds.values() for a in measured)}"


def _press(port: int) -> Answers:
    orders = range(first := next(_orders), first + int(MOST * SECONDS / 4))
    return send(Plan(port, day(orders), seconds=SECONDS))


def _steady(where: str, house: House) -> Iterator[str]:
    orders = range(first := next(_orders), first + STEADY * STEADY_SECONDS // 4)
    house.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in orders])
    worker = installations.worker(house).start()
    answers = send(Plan(house.port, day(orders), rate=STEADY))
    turns = worker.said.count("turn_ended")
    what = f"ms at a steady {STEADY}/s with the worker running, {where}"
    yield alone(f"{what}, p50", [answers.milliseconds(50)])
    yield alone(f"{what}, p99", [answers.milliseconds(99)], goal=Goal("<", 50))
    yield f"  not accepted: {answers.refused}; turns meanwhile: {turns}"
