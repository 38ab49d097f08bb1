"""How long it takes from the 2xx to the platform's own confirmation, while events come in steadily."""

from collections.abc import Iterator

from tests.benchmarks.confirmations import details, measure
from tests.benchmarks.designs import ours, tutorial
from tests.benchmarks.documents import STAGES
from tests.benchmarks.figures import Goal, percentile

RATE = 20
ORDERS = range(1, 101)
EVENTS = [(order_id, stage) for stage in STAGES[:3] for order_id in ORDERS]
"""The next event of an order comes five seconds after the last, so there is no backlog: one step for each event."""


def run() -> Iterator[str]:
    """Measure ours, then the tutorial's."""
    for opened, goal in ((ours(), Goal("<", 1)), (tutorial(), None)):
        with opened as design:
            design.expect(ORDERS)
            design.worker.start()
            seconds = measure(design.port, design.installation.sandbox, EVENTS, RATE)
        p95 = percentile(seconds, 95)
        yield (
            f"s from 2xx to the confirmation at {RATE} deliveries/s, {design.name}: p95 {p95:.3f}"
            f"{goal.verdict(p95) if goal else ''}   {details(seconds)}"
        )
