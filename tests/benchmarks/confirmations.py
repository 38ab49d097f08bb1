"""How long orders wait: from the 2xx for an event to the platform's own confirmation of its stage."""

import time
from collections.abc import Sequence
from math import inf, isfinite
from typing import TypeAlias

from tests.benchmarks.designs import POLL_INTERVAL_SECONDS
from tests.benchmarks.documents import document
from tests.benchmarks.figures import formatted, percentile
from tests.benchmarks.requests import send
from tests.support.installation import Sandbox

TIMEOUT_SECONDS = 30.0
"""After the last acknowledgement, steps that are not confirmed within this time count as never confirmed."""

StageEvent: TypeAlias = tuple[int, str]
"""An order id, and the stage that the event names."""


def measure(port: int, sandbox: Sandbox, events: Sequence[StageEvent], rate: float) -> list[float]:
    """Post *events* at a steady *rate* per second, and return the seconds for each; infinity if never confirmed."""
    responses = send(port, [document(*event) for event in events], rate=rate)
    confirmed = _confirmed(sandbox, events)
    acknowledged = {events[response.number]: response.at for response in responses.all}
    # A step may be confirmed before its sender has read our response; that counts as no time.
    return [max(0.0, confirmed.get(event, inf) - at) for event, at in acknowledged.items()]


def _confirmed(sandbox: Sandbox, events: Sequence[StageEvent]) -> dict[StageEvent, float]:
    """Return when each step was confirmed (unix time), once all have been, or after the timeout."""
    ends_at = time.monotonic() + TIMEOUT_SECONDS
    while True:
        transitions = sandbox.report()["transitions"]
        confirmed = {(one["order_id"], one["to"]): one["at"] / 1e6 for one in transitions}
        if confirmed.keys() >= set(events) or time.monotonic() > ends_at:
            return confirmed
        time.sleep(POLL_INTERVAL_SECONDS)


def details(seconds: Sequence[float]) -> str:
    """Show what a p95 leaves out: p50, p99, and how many were confirmed at all."""
    count = sum(map(isfinite, seconds))
    p50, p99 = percentile(seconds, 50), percentile(seconds, 99)
    return f"p50 {p50:.3f}   p99 {p99:.3f}   confirmed {formatted(count)} of {len(seconds)}"
