"""How long it takes from the 2xx to the platform's own confirmation, while news comes in steadily."""

import time
from collections.abc import Iterator

from tests.benchmarks.day import PLACES, told
from tests.benchmarks.figures import Goal, percentile, shown
from tests.benchmarks.rivals import GLANCE, Rival, ours, tutorial
from tests.benchmarks.sending import send

RATE = 20
ORDERS = range(1, 101)
SAID = [(order_id, place) for place in PLACES[:3] for order_id in ORDERS]
"""Each order hears of its next place five seconds after the last: no backlog, and no shortcut."""


def run() -> Iterator[str]:
    """Measure ours, then the tutorial's."""
    for design, goal in ((ours(), Goal("<", 1)), (tutorial(), None)):
        with design as rival:
            seconds = _measured(rival)
        p50, p95, p99 = (percentile(seconds, percent) for percent in (50, 95, 99))
        yield (
            f"s from 2xx to the confirmation at {RATE} deliveries/s, {rival.name}: p95 {p95:.3f}"
            f"{goal.verdict(p95) if goal else ''}   p50 {p50:.3f}   p99 {p99:.3f}"
            f"   confirmed {shown(len(seconds))} of {len(SAID)}"
        )


def _measured(rival: Rival) -> list[float]:
    """Seconds from each acknowledgement to the step that it led to; a step that never came is left out."""
    rival.expect(ORDERS)
    rival.worker.start()
    answers = send(rival.port, [told(*said) for said in SAID], rate=RATE)
    confirmed = _confirmed(rival)
    acknowledged = {SAID[answer.number]: answer.at for answer in answers.all}
    # A step may be confirmed before its sender has read our answer: at the same instant, to all intents.
    return [max(0.0, confirmed[said] - at) for said, at in acknowledged.items() if said in confirmed]


def _confirmed(rival: Rival) -> dict[tuple[int, str], float]:
    """When each step was confirmed, once all have been that were spoken of, or half a minute has passed."""
    ends_at = time.monotonic() + 30.0
    while True:
        confirmed = {(move["order_id"], move["to"]): move["at"] / 1e6 for move in rival.report()["transitions"]}
        if confirmed.keys() >= set(SAID) or time.monotonic() > ends_at:
            return confirmed
        time.sleep(GLANCE)
