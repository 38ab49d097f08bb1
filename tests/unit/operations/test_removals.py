"""Which parcels an operator may remove from an order, and what the removal says."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.events import an_event, recorded
from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.events import OPERATOR, Event
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import EventEntry, Snapshot
from worker.operations.parcels.removals import Removal, remove

REGISTERED = an_event("shipment.created", "TRK1", source=OPERATOR, shipment="S1", order=KEY)
AGAIN = replace(REGISTERED, key="again", tracking_url="https://track.example/TRK1")
OTHER_PARCEL = an_event("shipment.delivered", "TRK2", shipment="S2", order=KEY)


def with_events(*events: Event, **row: Any) -> Snapshot:
    return replace(snapshot(**row), event_entries=tuple(EventEntry(event) for event in recorded(*events)))


def take_back(operator: Operator, tracking: str = "TRK1", key: OrderKey = KEY, reason: str = "a misprint") -> Removal:
    return remove(operator.operations, key, tracking, reason)


def test_all_registrations_of_the_parcel_are_removed_and_the_order_is_enqueued():
    known = with_events(REGISTERED, OTHER_PARCEL, AGAIN)
    operator = Operator(known)
    assert take_back(operator) == Removal(KEY, "TRK1", is_order_deleted=False)
    assert (operator.store.removed, operator.wake_ups.keys) == ([(known, "TRK1", [1, 3], "a misprint")], [KEY])


def test_an_order_that_is_deleted_is_not_enqueued():
    operator = Operator(with_events(REGISTERED), alone=True)
    assert (take_back(operator).is_order_deleted, operator.wake_ups.keys) == (True, [])


def test_the_order_can_be_named_by_its_number():
    operator = Operator(with_events(REGISTERED, number="ORD-1"))
    assert take_back(operator, key=OrderKey("main", "number:ORD-1")).order == KEY


@pytest.mark.parametrize(
    "report",
    [
        an_event("shipment.in_transit", "TRK1", order=KEY, at=NOW),
        an_event("shipment.in_transit", shipment="S1", order=KEY, at=NOW),
        an_event("order.shipped", "TRK1", order=KEY, at=NOW),
        an_event("shipment.created", "TRK1", order=KEY, at=NOW),
    ],
)
def test_a_parcel_that_a_courier_has_reported_stays(report):
    earlier = an_event("shipment.created", "TRK1", order=KEY, at=NOW - HOUR)
    operator = Operator(with_events(REGISTERED, report, earlier))
    with operator.refuses(
        f"the courier has reported TRK1: {report.name} from courier, of .*; if main/17 should not wait for it: "
        "fulfillment orders advance main/17 --to delivered --reason <why>"
    ):
        take_back(operator)
    assert operator.changed_nothing()


@pytest.mark.parametrize("tracking", ["TRK3", "", "S1"])
def test_a_parcel_that_the_order_does_not_have_is_refused(tracking):
    unnumbered = an_event("shipment.picked_up", order=KEY)
    operator = Operator(with_events(REGISTERED, unnumbered))
    with operator.refuses(f"main/17 has no parcel “{tracking}”; for its parcels: fulfillment parcels list main/17"):
        take_back(operator, tracking)
    assert operator.changed_nothing()


def test_nothing_is_removed_while_a_worker_reconciles_the_order():
    operator = Operator(with_events(REGISTERED, lease_until=NOW + HOUR))
    with operator.refuses("a worker reconciles main/17 just now: nothing was changed; try again in a few seconds"):
        take_back(operator)
    assert operator.changed_nothing()


def test_an_order_that_has_changed_meanwhile_is_not_enqueued():
    operator = Operator(with_events(REGISTERED), overtaken=True)
    with operator.refuses("main/17 has changed meanwhile: look at it again"):
        take_back(operator)
    assert operator.wake_ups.keys == []


def test_a_removal_needs_a_reason_and_a_known_order():
    for operator, reason, match in (
        (Operator(with_events(REGISTERED)), " ", "a reason is needed"),
        (Operator(), "a misprint", "the database knows no order main/17"),
    ):
        with operator.refuses(match):
            take_back(operator, reason=reason)
        assert operator.changed_nothing()
