"""What is said of one order, and what it allows, costs in proportion to its events, however many parcels they name."""

import sys
from collections.abc import Callable

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import snapshot
from worker.domain.instants import SECOND
from worker.domain.overview.snapshot import Snapshot
from worker.domain.policy import Policy
from worker.operations.explain.explanation import explain
from worker.operations.parcels.parcels import parcels_of
from worker.operations.possible_acts import possible_acts
from worker.operations.timeline import timeline


def with_events(count: int) -> Snapshot:
    """An order of which a courier has reported *count* parcels, one event each."""
    return snapshot(
        *(
            an_event("shipment.in_transit", key=f"e{n}", at=START - n * SECOND, tracking=f"TRACK{n}")
            for n in range(count)
        )
    )


def calls(do: Callable[[], object]) -> int:
    """Return how many functions of Python *do* calls: unlike a time, it is the same on every machine."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        do()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "ask",
    [
        possible_acts,
        lambda seen: explain(seen, Policy()),
        lambda seen: parcels_of(seen.events),
        lambda seen: timeline(seen, []),
    ],
)
def test_four_times_as_many_events_cost_at_most_five_times_as_much(ask: Callable[[Snapshot], object]):
    few, many = with_events(50), with_events(200)
    ask(few)
    ask(many)  # what is computed once
    assert calls(lambda: ask(many)) <= 5 * calls(lambda: ask(few))
