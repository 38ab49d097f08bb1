"""A replayed delivery still has one outcome, and each of its events one row."""

import pytest

from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, an_event
from tests.support.tables import due, rows
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventName
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Receipt
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries, events


def write_unusable(intake: SqlIntake) -> int:
    receipt = intake.write(a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, body=b"kept"))
    assert receipt.delivery_id is not None
    return receipt.delivery_id


def test_a_replayed_delivery_gets_a_new_outcome(intake: SqlIntake, database: Database, clock: Clock):
    delivery_id = write_unusable(intake)
    now = clock.advance(days=1)
    receipt = intake.replay(delivery_id, a_delivery(an_event()))
    (row,) = rows(database, deliveries)
    (event,) = rows(database, events)
    assert receipt == Receipt(DeliveryOutcome.ACCEPTED, delivery_id, event.id, None, (KEY,))
    assert (row.outcome, row.reason, row.replayed_at, row.body) == ("accepted", "", now, b"kept")
    assert (event.delivery_id, event.result, due(database)) == (delivery_id, "pending", now)


@pytest.mark.parametrize("keep_once", ["", "courier/evt_1"], ids=["quarantined", "stale"])
def test_a_replay_of_a_known_event_is_a_duplicate(intake: SqlIntake, database: Database, keep_once: str):
    first = intake.write(a_delivery(an_event(key="evt_1")))
    kept = intake.write(a_delivery(unusable=None if keep_once else QuarantineReason.NOT_ALLOWED, keep_once=keep_once))
    assert kept.delivery_id is not None
    receipt = intake.replay(kept.delivery_id, a_delivery(an_event(key="evt_1")))
    assert (receipt.outcome, receipt.event_id) == ("duplicate", first.event_id)
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted", "duplicate"]


def test_a_replay_that_is_still_not_usable_stays_in_quarantine_and_may_be_repeated(
    intake: SqlIntake, database: Database
):
    delivery_id = write_unusable(intake)
    receipt = intake.replay(delivery_id, a_delivery(unusable=QuarantineReason.NO_ORDER, detail="still"))
    assert receipt.reason == "no_order"
    (row,) = rows(database, deliveries)
    assert (row.outcome, row.reason, row.detail) == ("quarantined", "no_order", "still")
    assert intake.replay(delivery_id, a_delivery(an_event())).outcome == "accepted"


def test_a_replay_counts_the_events_that_its_first_reading_wrote(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="taken")))
    first = intake.write(a_delivery(an_event(key="own"), an_event(EventName.LOST, key="taken")))
    assert (first.outcome, first.delivery_id) == ("quarantined", 2)
    assert intake.replay(2, a_delivery(an_event(key="own"), an_event(key="taken"))).outcome == "accepted"
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted", "accepted"]


def test_an_accepted_delivery_is_not_replayed(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="evt_1")))
    with pytest.raises(IllegalRequest, match="is accepted: its events are in the database"):
        intake.replay(1, a_delivery(unusable=QuarantineReason.NO_ORDER))
    with pytest.raises(IllegalRequest, match="there is no delivery 2"):
        intake.replay(2, a_delivery(an_event(key="evt_1")))
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted"]
