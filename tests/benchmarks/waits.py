"""How long orders wait: from the 2xx for their news to the platform's own confirmation of the step that it asks for."""

import time
from collections.abc import Sequence
from math import inf, isfinite

from tests.benchmarks.day import told
from tests.benchmarks.figures import percentile, shown
from tests.benchmarks.rivals import POLL_INTERVAL
from tests.benchmarks.sending import send
from tests.support.installation import Sandbox

TIMEOUT = 30.0
"""Seconds after the last acknowledgement in which a step may still be confirmed."""

Said = tuple[int, str]
"""An order, and the place that the news names."""


def measured(port: int, sandbox: Sandbox, said: Sequence[Said], rate: float) -> list[float]:
    """Tell all that is to be *said* at a steady *rate*; returns the seconds for each, without end if it never came."""
    answers = send(port, [told(*news) for news in said], rate=rate)
    confirmed = _confirmed(sandbox, said)
    acknowledged = {said[answer.number]: answer.at for answer in answers.all}
    # A step may be confirmed before its sender has read our answer: at the same instant, to all intents.
    return [max(0.0, confirmed.get(news, inf) - at) for news, at in acknowledged.items()]


def _confirmed(sandbox: Sandbox, said: Sequence[Said]) -> dict[Said, float]:
    """When each step was confirmed, once all have been, or half a minute has passed."""
    ends_at = time.monotonic() + TIMEOUT
    while True:
        moves = sandbox.report()["transitions"]
        confirmed = {(move["order_id"], move["to"]): move["at"] / 1e6 for move in moves}
        if confirmed.keys() >= set(said) or time.monotonic() > ends_at:
            return confirmed
        time.sleep(POLL_INTERVAL)


def rest_of(seconds: Sequence[float]) -> str:
    """Show what a p95 leaves out: the middle, the end, and how many came at all."""
    came = sum(map(isfinite, seconds))
    half, most = percentile(seconds, 50), percentile(seconds, 99)
    return f"p50 {half:.3f}   p99 {most:.3f}   confirmed {shown(came)} of {len(seconds)}"
