"""Which parcels an operator may put away, and what that writes and says."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.events import an_event, recorded
from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.events import OPERATOR, Event
from worker.domain.evidence.missing import MISSING_FOR
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import EventEntry, Snapshot
from worker.domain.stages import Stage
from worker.operations.parcels.drops import Drop, drop
from worker.operations.parcels.sentences import drop_sentence

LABEL = an_event("shipment.created", "TRK 1", order=KEY, at=NOW - 2 * HOUR)
ARRIVED = an_event("shipment.delivered", "TRK2", order=KEY, at=NOW - HOUR)
MOVES = an_event("shipment.picked_up", "TRK1", order=KEY, at=NOW - HOUR)


def with_events(*events: Event, **row: Any) -> Snapshot:
    return replace(snapshot(**row), event_entries=tuple(EventEntry(event) for event in recorded(*events)))


def put_away(operator: Operator, tracking: str = "trk-1", key: OrderKey = KEY) -> Drop:
    return drop(operator.operations, key, tracking, "printed anew")


@pytest.mark.parametrize(
    "events",
    [
        [LABEL],
        [MOVES, an_event("shipment.lost", "TRK1", order=KEY)],
        [MOVES, an_event("shipment.returned", "TRK1", order=KEY)],
        [MOVES, an_event("shipment.cancelled", "TRK1", order=KEY)],
    ],
)
def test_a_parcel_that_does_not_move_is_put_away_by_an_event_with_the_reason(events):
    operator = Operator(with_events(*events, ARRIVED))
    result = put_away(operator)
    assert (result.is_new, result.missing) == (True, ())
    (recorded_event,) = operator.intake.events.values()
    event = recorded_event.event
    assert (event.name, event.source, event.note) == ("shipment.cancelled", OPERATOR, "printed anew")
    assert (event.tracking, event.occurred_at) == (events[0].tracking, NOW)
    assert operator.wake_ups.keys == [KEY]


@pytest.mark.parametrize(
    ("latest", "why"),
    [
        (
            MOVES,
            "the courier has TRK 1: shipment.picked_up .*put away on 2024-02-.*: fulfillment orders advance main/17",
        ),
        (an_event("shipment.delivered", "TRK1", order=KEY, at=NOW), "TRK 1 has arrived, on .*: main/17 does not wait"),
    ],
)
def test_a_parcel_that_the_courier_has_or_has_delivered_is_not_put_away(latest, why):
    operator = Operator(with_events(LABEL, latest))
    with operator.refuses(why):
        put_away(operator)
    assert operator.changed_nothing()


@pytest.mark.parametrize(("age", "is_accepted"), [(MISSING_FOR, True), (MISSING_FOR - 1, False)])
def test_a_parcel_of_which_nothing_was_heard_for_two_weeks_is_put_away_although_it_moved(age, is_accepted):
    moved = an_event("shipment.in_transit", "TRK1", order=KEY, at=NOW - age)
    operator = Operator(with_events(moved, ARRIVED, stop="parcel_missing"))
    if is_accepted:
        assert (put_away(operator).missing, len(operator.intake.events)) == ((), 1)
    else:
        with operator.refuses("if main/17 should not wait for it: fulfillment orders close main/17 --reason"):
            put_away(operator)


@pytest.mark.parametrize("row", [{"stage": Stage.DELIVERED}, {"closed": Stage.COMPLETED}, {"closed_by_operator": 1}])
def test_the_refusal_for_an_order_that_waits_for_nothing_names_no_command(row):
    with Operator(with_events(MOVES, **row)).refuses(r"it can be put away on [-\d]+ [:\d]+ UTC$"):
        put_away(Operator(with_events(MOVES, **row)))


def test_a_parcel_whose_place_another_may_have_taken_leaves_the_announced_number_and_the_answer_says_so():
    announced = replace(LABEL, parcels=2)
    result = put_away(Operator(with_events(announced, replace(ARRIVED, occurred_at=NOW - HOUR // 2))))
    assert drop_sentence(result) == (
        "main/17 does not wait for the parcel TRK 1 any more. It still waits for 1 announced parcel."
    )


@pytest.mark.parametrize("tracking", ["TRK3", "", "-"])
def test_a_parcel_that_the_order_does_not_have_is_refused(tracking):
    operator = Operator(with_events(LABEL, an_event("shipment.created", order=KEY)))
    with operator.refuses(f"main/17 has no parcel “{tracking}”; for its parcels: fulfillment parcels list main/17"):
        put_away(operator, tracking)
    assert operator.changed_nothing()


def test_a_second_time_changes_nothing_and_says_so():
    cancelled = an_event("shipment.cancelled", "TRK1", order=KEY, source=OPERATOR)
    operator = Operator(with_events(LABEL, cancelled))
    result = put_away(operator)
    assert not result.is_new
    assert operator.changed_nothing()
    assert drop_sentence(result) == (
        "main/17 does not wait for the parcel TRK 1: it is cancelled, or was put away before."
    )


def test_the_answer_says_what_the_order_waits_for_and_how_its_stop_is_lifted():
    other = an_event("shipment.created", "TRK3", order=KEY)
    assert drop_sentence(put_away(Operator(with_events(LABEL, ARRIVED, other, stop="shipment_lost")))) == (
        "main/17 does not wait for the parcel TRK 1 any more. It still waits for TRK3. "
        "It is stopped (shipment_lost); to let it go on: fulfillment orders release main/17 --reason <why>"
    )
    assert drop_sentence(put_away(Operator(with_events(LABEL)))) == (
        "main/17 does not wait for the parcel TRK 1 any more."
    )


def test_the_order_can_be_named_by_its_number():
    operator = Operator(with_events(LABEL, number="ORD-1"))
    assert put_away(operator, key=OrderKey("main", "number:ORD-1")).order == KEY
