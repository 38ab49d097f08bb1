"""A stored delivery that is read again has one outcome still, and each of its events one row."""

import pytest

from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, an_event
from tests.support.tables import due, rows
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventName
from worker.ports import Receipt
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries, events


def quarantined(intake: SqlIntake) -> int:
    receipt = intake.write(a_delivery(unusable="unknown_event", body=b"kept"))
    assert receipt.delivery_id is not None
    return receipt.delivery_id


def test_a_replayed_delivery_gets_its_one_outcome_anew(intake: SqlIntake, database: Database, clock: Clock):
    delivery_id = quarantined(intake)
    now = clock.advance(days=1)
    receipt = intake.replay(delivery_id, a_delivery(an_event(key="evt_1")))
    (row,) = rows(database, deliveries)
    (event,) = rows(database, events)
    assert receipt == Receipt("accepted", delivery_id, event.id, "", (KEY,))
    assert (row.outcome, row.reason, row.replayed_at, row.body) == ("accepted", "", now, b"kept")
    assert (event.delivery, event.result, due(database)) == (delivery_id, "pending", now)


@pytest.mark.parametrize("keep_once", ["", "courier/evt_1"], ids=["quarantined", "stale"])
def test_a_replay_of_known_news_is_a_duplicate(intake: SqlIntake, database: Database, keep_once: str):
    first = intake.write(a_delivery(an_event(key="evt_1")))
    kept = intake.write(a_delivery(unusable="" if keep_once else "not_allowed", keep_once=keep_once))
    assert kept.delivery_id is not None
    receipt = intake.replay(kept.delivery_id, a_delivery(an_event(key="evt_1")))
    assert (receipt.outcome, receipt.event_id) == ("duplicate", first.event_id)
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted", "duplicate"]


def test_a_replay_that_is_still_of_no_use_stays_in_quarantine_and_may_be_tried_again(
    intake: SqlIntake, database: Database
):
    delivery_id = quarantined(intake)
    assert intake.replay(delivery_id, a_delivery(unusable="no_order", detail="still")).reason == "no_order"
    (row,) = rows(database, deliveries)
    assert (row.outcome, row.reason, row.detail) == ("quarantined", "no_order", "still")
    assert intake.replay(delivery_id, a_delivery(an_event(key="evt_1"))).outcome == "accepted"


def test_a_replay_counts_the_events_that_its_first_reading_had_written(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="taken")))
    first = intake.write(a_delivery(an_event(key="own"), an_event(key="taken", name=EventName.LOST)))
    assert (first.outcome, first.delivery_id) == ("quarantined", 2)
    assert intake.replay(2, a_delivery(an_event(key="own"), an_event(key="taken"))).outcome == "accepted"
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted", "accepted"]


def test_what_was_taken_in_is_not_replayed(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="evt_1")))
    with pytest.raises(IllegalRequest, match="is accepted: its news is in the journal"):
        intake.replay(1, a_delivery(unusable="no_order"))
    with pytest.raises(IllegalRequest, match="there is no delivery 2"):
        intake.replay(2, a_delivery(an_event(key="evt_1")))
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted"]
