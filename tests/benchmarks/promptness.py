"""How long it takes from the 2xx to the platform's own confirmation, while news comes in steadily."""

from collections.abc import Iterator

from tests.benchmarks.day import PLACES
from tests.benchmarks.figures import Goal, percentile
from tests.benchmarks.rivals import ours, tutorial
from tests.benchmarks.waits import measured, rest_of

RATE = 20
ORDERS = range(1, 101)
SAID = [(order_id, stage) for stage in PLACES[:3] for order_id in ORDERS]
"""Each order hears of its next place five seconds after the last: no backlog, and no shortcut."""


def run() -> Iterator[str]:
    """Measure ours, then the tutorial's."""
    for design, goal in ((ours(), Goal("<", 1)), (tutorial(), None)):
        with design as rival:
            rival.expect(ORDERS)
            rival.worker.start()
            seconds = measured(rival.port, rival.installation.sandbox, SAID, RATE)
        p95 = percentile(seconds, 95)
        yield (
            f"s from 2xx to the confirmation at {RATE} deliveries/s, {rival.name}: p95 {p95:.3f}"
            f"{goal.verdict(p95) if goal else ''}   {rest_of(seconds)}"
        )
