"""How long it takes from the 2xx to the platform's own confirmation, while news comes in steadily."""

from collections.abc import Callable, Iterator

from tests.benchmarks import installations
from tests.benchmarks.day import PLACES, told
from tests.benchmarks.figures import Goal, percentile, shown, verdict
from tests.benchmarks.installations import TUTORIAL
from tests.benchmarks.load import Answers, Plan, send
from tests.house import House
from tests.programs import until

RATE = 20
ORDERS = range(1, 101)
SAID = [(order_id, place) for place in PLACES[:3] for order_id in ORDERS]
"""Each order hears of its next place five seconds after the last: no backlog, and no shortcut."""


def run() -> Iterator[str]:
    """Measure ours, then the tutorial's, in a house each."""
    for name, start in (("ours", _ours), ("tutorial", _tutorial)):
        with installations.house() as house:
            seconds = _measure(house, start(house))
        goal = Goal("<", 1, " s") if name == "ours" else None
        late = percentile(seconds, 95)
        yield (
            f"s from 2xx to the confirmation at {RATE} deliveries/s, {name}: p50 {shown(percentile(seconds, 50))}"
            f"   p95 {shown(late)}{verdict(late, goal)}   p99 {shown(percentile(seconds, 99))}"
            f"   confirmed {len(seconds)} of {len(SAID)}"
        )


def _ours(house: House) -> int:
    installations.receiver(house).start()
    installations.worker(house).start()
    return house.port


def _tutorial(house: House) -> int:
    program, port = installations.rival_receiver(house, TUTORIAL)
    program.start()
    installations.rival_worker(house).start()
    return port


def _measure(house: House, port: int) -> list[float]:
    house.sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in ORDERS])
    answers = send(Plan(port, [told(*said) for said in SAID], rate=RATE))
    _settle(lambda: house.sandbox.totals()["transitions"] >= len(SAID))
    confirmed = {(move["order_id"], move["to"]): move["at"] / 1e6 for move in house.sandbox.report()["transitions"]}
    return _waits(answers, confirmed)


def _waits(answers: Answers, confirmed: dict[tuple[int, str], float]) -> list[float]:
    acknowledged = {SAID[answer.number]: answer.at for answer in answers.all}
    return [max(0.0, confirmed[said] - at) for said, at in acknowledged.items() if said in confirmed]


def _settle(condition: Callable[[], bool]) -> None:
    """Give what is under way a moment; what is not confirmed then is counted as such."""
    try:
        until(condition, within=30)
    except AssertionError:
        return
