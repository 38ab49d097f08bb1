"""What `IntegrityQueries` promises, over both databases: it finds each thing that must not be, and nothing else."""

import pytest
from sqlalchemy import delete, insert, text, update

from tests.support.clock import START, Clock
from tests.support.events import a_delivery, a_hint, an_event
from tests.support.harness import Harness, order_key
from tests.support.integrity import assert_integrity
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, Discrepancy, QuarantineReason, StopReason
from worker.domain.results import Done, Step, Stopped
from worker.domain.stages import Stage
from worker.store.queries.integrity import IntegrityQueries, integrity_of
from worker.store.tables import deliveries, events, orders, writes

ONE = order_key(1)


def discrepancies(harness: Harness, policy: Policy | None = None) -> dict[str, int]:
    integrity = IntegrityQueries(harness.database).check({"main": policy or Policy()}, HOUR)
    assert set(integrity.discrepancies) == set(Discrepancy)
    return {str(name): count for name, count in integrity.discrepancies.items() if count}


def rest(harness: Harness, *names: str, result: EventResult = EventResult.APPLIED, **columns: object) -> None:
    """Leave order 1 at rest, after events of these *names*."""
    for name in names or ("shipment.picked_up",):
        harness.accept(name, order=ONE)
    harness.finish(ONE, Done(), result, **{"stage": Stage.SHIPPED, "status": "shipped", **columns})


def test_everything_agrees_in_every_state_of_an_order(harness: Harness):
    harness.one_in_each_state()
    harness.accept("shipment.created", order=OrderKey("main", "number:ORD-1"))
    harness.intake.write(a_delivery(a_hint(order=ONE)))
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON))
    integrity = IntegrityQueries(harness.database).check({}, HOUR)
    assert (sum(integrity.deliveries.values()), sum(integrity.events.values())) == (10, 9)
    assert_integrity(harness.database)


def test_a_delivery_without_an_outcome_and_an_accepted_one_without_an_event_are_found(harness: Harness, clock: Clock):
    with harness.database.write() as connection:
        lost = {"source": "courier", "received_at": START, "outcome": "accepted"}
        connection.execute(insert(deliveries), [lost, {**lost, "outcome": "eaten"}])
    assert discrepancies(harness) == {"delivery_without_event": 1, "delivery_without_outcome": 1}
    clock.advance(hours=1, seconds=1)
    assert discrepancies(harness) == {"delivery_without_outcome": 1}, "its events may have been pruned"


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"result": "gone"}, {"event_without_result"}),
        ({"delivery_id": None}, {"event_without_delivery", "delivery_without_event"}),
    ],
)
def test_an_event_without_a_result_or_a_delivery_is_found(harness: Harness, columns, found):
    rest(harness)
    with harness.database.write() as connection:
        connection.execute(update(events).values(columns))
    assert set(discrepancies(harness)) == found


def test_an_event_without_an_order_is_found(harness: Harness):
    rest(harness)
    with harness.database.engine.connect() as connection:
        loosen = (
            "PRAGMA defer_foreign_keys = ON"
            if harness.database.is_sqlite
            else "ALTER TABLE events DROP CONSTRAINT fk_events_order_row"
        )
        connection.execute(text(loosen))
        connection.execute(delete(orders))
        counted = integrity_of(connection, {}, START, START - HOUR).discrepancies
        connection.rollback()
    assert counted[Discrepancy.EVENT_WITHOUT_ORDER] == 1


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"event_count": 2}, "event_count"),
        ({"revision": 9}, "forgotten"),
        ({"unread": True}, "forgotten"),
        ({"stage": "delivered"}, "forgotten"),
        ({"stage": "accepted"}, "forgotten"),
        ({"stage": None}, "forgotten"),
        ({"behind_at": START}, "forgotten"),
        ({"stop": "refused", "stopped_at": START, "lease_token": "t", "lease_until": START}, "stopped_and_leased"),
        ({"stop": "refused", "stopped_at": START, "closed_by_operator": 1}, "stopped_and_closed"),
        ({"due": START, "sending": "delivered", "sent_at": START}, "sending_without_write"),
    ],
)
def test_a_row_that_only_a_defect_can_have_made_is_found(harness: Harness, columns, found):
    rest(harness)
    assert discrepancies(harness) == {}
    harness.change(ONE, **columns)
    assert discrepancies(harness) == {found: 1}


@pytest.mark.parametrize("name", ["shipment.returned", "shipment.lost"])
def test_an_order_that_should_have_stopped_is_found_until_an_operator_has_acknowledged_it(harness: Harness, name):
    rest(harness, "shipment.picked_up", name)
    assert discrepancies(harness) == {"forgotten": 1}
    harness.change(ONE, acknowledged=2)
    assert discrepancies(harness) == {}


def test_an_order_that_moves_after_its_cancellation_is_found(harness: Harness):
    rest(harness, "shipment.picked_up", "shipment.in_transit", closed="cancelled", closed_revision=1)
    assert discrepancies(harness) == {"forgotten": 1}
    harness.change(ONE, closed_revision=2)
    assert discrepancies(harness) == {}


def test_an_order_that_the_account_accepts_always_is_found_while_it_rests_as_pending(harness: Harness):
    rest(harness, EventName.CREATED, result=EventResult.NOTED, stage=Stage.PENDING, status="pending")
    assert discrepancies(harness) == {}
    assert discrepancies(harness, Policy(accept=Accept.ALWAYS)) == {"forgotten": 1}


def test_a_write_that_its_order_does_not_know_is_found_during_the_lease(harness: Harness):
    harness.accept(order=ONE)
    leased = harness.lease(ONE)
    assert harness.order_store.announce(leased, Step(Stage.SHIPPED, START), {"status": "shipped"}, 30_000_000)
    assert discrepancies(harness) == {}
    harness.change(ONE, sending=None, sent_at=None)
    assert discrepancies(harness) == {"write_without_sending": 1}
    with harness.database.write() as connection:
        connection.execute(update(writes).values(lease_token="an earlier lease"))
    assert discrepancies(harness) == {}, "a read has told what it has done"


def test_an_order_that_an_operator_has_closed_needs_nothing(harness: Harness):
    for name in ("shipment.picked_up", "shipment.delivered", "shipment.lost"):
        harness.accept(name, order=ONE, tracking="A")
    harness.finish(ONE, Stopped(StopReason.SHIPMENT_LOST), EventResult.STOPPED, stage=Stage.ACCEPTED)
    assert harness.operator_store.close(harness.snapshot(ONE), "x", {})
    assert discrepancies(harness) == {}
    with harness.database.write() as connection:
        connection.execute(update(events).values(result="pending"))
    assert discrepancies(harness) == {"pending_after_end": 1}


def test_orders_are_judged_in_pages_and_all_of_them(harness: Harness, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.store.queries.integrity.PAGE_SIZE", 2)
    for number in range(1, 6):
        delivered = an_event(EventName.DELIVERED, order=order_key(number), tracking="A", parcels=2)
        harness.intake.write(a_delivery(delivered))
        harness.finish(order_key(number), Done(), stage=Stage.SHIPPED, status="shipped")
    assert discrepancies(harness) == {}, "they wait for their second parcels"
    harness.change(order_key(5), stage="accepted")
    assert discrepancies(harness) == {"forgotten": 1}
    few = IntegrityQueries(harness.database).check({}, HOUR, max_candidates=4)
    assert few.forgotten == ()
