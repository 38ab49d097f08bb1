"""An order that waits for a parcel says for which one, and what to do if that will not arrive."""

from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.snapshots import AT_ONCE, explained, snapshot
from worker.domain.events import OPERATOR, Event
from worker.domain.instants import DAY
from worker.domain.stages import Stage, TerminalStatus
from worker.operations.advice import PUT_AWAY
from worker.operations.explain.explanation import explain

SHIPPED = {"stage": Stage.SHIPPED, "status": "shipped"}
REMOVE = "If L1 is no parcel of its own: fulfillment parcels remove main/1 L1 --reason <why>"
DROP = "If L1 will not arrive: fulfillment parcels drop main/1 L1 --reason <why>"
ADVANCE = "If nothing more will arrive: fulfillment orders advance main/1 --to delivered --reason <why>"


def registered(tracking: str, **fields: Any) -> Event:
    return an_event("shipment.created", tracking, source=OPERATOR, **fields)


def arrived(tracking: str = "", **fields: Any) -> Event:
    return an_event("shipment.delivered", tracking, **fields)


def next_steps(*events: Event, **row: Any) -> list[str]:
    seen = snapshot(*events, **{"order": SHIPPED, "due": None} | row)
    return [*explain(seen, AT_ONCE).next_steps]


def test_a_settled_order_names_the_parcel_that_has_not_arrived():
    assert next_steps(registered("L1"), arrived("L2")) == [
        "It has the stage that its events justify, and waits for new events.",
        "1 of 2 parcels has arrived: L2 has; L1 has not.",
        REMOVE,
    ]


@pytest.mark.parametrize(
    ("events", "sentence", "advice"),
    [
        ([an_event("shipment.picked_up", "L1"), arrived("L2")], "L2 has; L1 has not.", ADVANCE),
        ([registered("L1"), an_event("shipment.picked_up", "L1"), arrived("L2")], "L2 has; L1 has not.", ADVANCE),
        (
            [registered("L1", shipment="S1"), an_event("shipment.created", shipment="S1"), arrived("L2")],
            "L2 has; L1 has not.",
            DROP,
        ),
        (
            [registered("L0", parcels=4), registered("L1"), arrived("L0")],
            "L0 has; L1 has not; 2 more are announced.",
            REMOVE,
        ),
        (
            [an_event("shipment.created", "L0", parcels=2), arrived()],
            "1 of 2 parcels has arrived: L0 has; 1 more is announced.",
            ADVANCE,
        ),
        (
            [an_event("shipment.created", parcels=2), arrived()],
            "1 of 2 parcels has arrived: 1 more is announced.",
            ADVANCE,
        ),
        (
            [registered("L1"), arrived("L2"), arrived("L3")],
            "2 of 3 parcels have arrived: L2 and L3 have; L1 has not.",
            REMOVE,
        ),
        ([*map(registered, ("L1", "L2")), arrived("L3")], "L3 has; L1 and L2 have not.", REMOVE),
        (
            [*(registered(f"L{n}", at=START + n) for n in range(1, 8)), arrived("A")],
            "L1, L2, L3, L4, L5 and 2 more have not.",
            REMOVE,
        ),
    ],
)
def test_the_advice_fits_what_is_known_of_the_parcels(events, sentence, advice):
    _, arrivals, last = next_steps(*events)
    assert (arrivals.endswith(sentence), last) == (True, advice)


@pytest.mark.parametrize(
    ("events", "row"),
    [
        ([registered("L1"), registered("L2")], {}),
        ([arrived("L1"), arrived("L2")], {"order": {"stage": Stage.COMPLETED, "closed": Stage.COMPLETED}}),
        ([registered("L1"), arrived("L2")], {"order": {"closed": TerminalStatus.CANCELLED}}),
        ([registered("L1"), arrived("L2")], {"due": 1}),
    ],
)
def test_an_order_that_does_not_wait_for_another_parcel_gets_no_such_advice(events, row):
    assert not [sentence for sentence in next_steps(*events, **row) if "parcel" in sentence]


def test_names_with_spaces_are_quoted_in_the_command():
    events = (registered("L 1"), arrived("L2"))
    assert "remove main/1 'L 1' --reason" in explained(snapshot(*events, order=SHIPPED, due=None))


def test_a_lost_parcel_that_an_operator_has_acknowledged_can_be_put_away():
    events = an_event("shipment.picked_up", "L1"), an_event("shipment.lost", "L1"), arrived("L2")
    assert next_steps(*events, order=SHIPPED | {"acknowledged": 9})[1:] == [
        "1 of 2 parcels has arrived: L2 has; L1 has not.",
        DROP,
    ]


def test_an_order_that_waits_says_once_what_has_arrived():
    waits: dict[str, Any] = {
        "due": START + DAY,
        "waiting": "parcels",
        "waiting_detail": "1 of 2 parcels has arrived, not L1",
    }
    seen = snapshot(registered("L1"), arrived("L2"), order=SHIPPED, **waits)
    assert explain(seen, AT_ONCE).plan == ("By the rules, it waits: parcels.",)
    assert next_steps(registered("L1"), arrived("L2"), **waits) == [
        "It waits until 2026-01-26 12:00:00 UTC (in 1 d): parcels.",
        "Without news until then, a person decides.",
        "1 of 2 parcels has arrived: L2 has; L1 has not.",
        REMOVE,
    ]


RETURNED = an_event("shipment.picked_up", "L1"), an_event("shipment.returned", "L1")
STOPPED: dict[str, Any] = {"stop": "shipment_returned", "stop_detail": "the courier says returned", "stopped_at": START}


def test_a_parcel_of_a_stopped_order_can_be_put_away():
    steps = next_steps(*RETURNED, **STOPPED)
    assert any(step.endswith(PUT_AWAY) for step in steps)
    assert "If another parcel took the place of L1: fulfillment parcels drop main/1 L1 --reason <why>" in steps


def test_a_stopped_order_whose_parcel_is_put_away_only_has_to_be_released():
    dropped = an_event("shipment.cancelled", "L1", source=OPERATOR, note="lost")
    seen = snapshot(*RETURNED, dropped, order=SHIPPED, due=None, **STOPPED)
    sentences = explained(seen)
    assert "An operator has put away L1: release the order, and it goes on; or close it." in sentences
    assert "To lift the stop: fulfillment orders release main/1" in sentences
    assert "returned from courier, of 2026-01-25 12:00:00 UTC, is about a parcel that an operator has put" in sentences
    assert "puts a parcel away: an operator's `parcels drop` (“lost”)." in sentences
    assert "was acknowledged" not in sentences
    assert "took the place" not in sentences
    assert PUT_AWAY not in sentences
