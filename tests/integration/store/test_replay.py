"""A replayed delivery still has one outcome, and each of its events one row."""

import pytest
from sqlalchemy import select

from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, an_event
from tests.support.tables import due, rows
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Delivery, Receipt
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import counters, deliveries, events


def write_unusable(intake: SqlIntake) -> int:
    receipt = intake.write(a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, body=b"kept"))
    assert receipt.delivery_id is not None
    return receipt.delivery_id


def counts(database: Database) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(select(counters))]


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


UNKNOWN = QuarantineReason.UNKNOWN_EVENT


@pytest.mark.parametrize(
    ("reading", "is_news"),
    [
        (a_delivery(unusable=UNKNOWN, detail="NEW1"), False),
        (a_delivery(unusable=UNKNOWN, detail="NEW2"), True),
        (a_delivery(unusable=QuarantineReason.NO_ORDER, detail="NEW1"), True),
        (a_delivery(an_event(), unusable=UNKNOWN, detail="NEW1"), True),
    ],
    ids=["the same", "another word", "another reason", "an event was taken in"],
)
def test_only_a_replay_that_changes_nothing_silences_a_quarantined_delivery(
    intake: SqlIntake, database: Database, reading: Delivery, *, is_news: bool
):
    intake.write(a_delivery(unusable=UNKNOWN, detail="NEW1"))
    intake.replay(1, reading)
    assert [row.replayed_at is None for row in rows(database, deliveries)] == [is_news]
    intake.replay(1, reading)
    assert [row.replayed_at is None for row in rows(database, deliveries)] == [False], "nothing has changed"


def test_what_was_silenced_is_news_again_when_it_ends_otherwise(intake: SqlIntake, database: Database):
    intake.write(a_delivery(unusable=UNKNOWN, detail="NEW1"))
    for detail in ("NEW1", "NEW2"):
        intake.replay(1, a_delivery(unusable=UNKNOWN, detail=detail))
    assert [row.replayed_at for row in rows(database, deliveries)] == [None]


def test_a_stale_delivery_that_is_quarantined_by_its_replay_is_news(intake: SqlIntake, database: Database):
    kept = intake.write(a_delivery(unusable=UNKNOWN, detail="NEW1", keep_once="courier/evt_1"))
    assert (kept.outcome, kept.delivery_id) == ("stale", 1)
    assert intake.replay(1, a_delivery(unusable=UNKNOWN, detail="NEW1")).outcome == "quarantined"
    assert [row.replayed_at for row in rows(database, deliveries)] == [None]


def test_a_long_detail_that_was_cut_is_the_same_detail(intake: SqlIntake, database: Database, clock: Clock):
    reading = a_delivery(unusable=UNKNOWN, detail="x" * 3000)
    intake.write(reading)
    intake.replay(1, reading)
    assert [row.replayed_at for row in rows(database, deliveries)] == [clock.now]


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


def test_a_replay_takes_in_what_is_healed_of_a_batch_beside_what_was_taken_in(intake: SqlIntake, database: Database):
    good, healed = an_event(key="good"), an_event(key="healed", order=OrderKey("main", "2"))
    first = intake.write(a_delivery(good, unusable=QuarantineReason.UNKNOWN_EVENT, detail="strange"))
    assert (first.outcome, first.delivery_id) == ("quarantined", 1)
    still = intake.replay(1, a_delivery(good, unusable=QuarantineReason.UNKNOWN_EVENT, detail="strange"))
    assert (still.outcome, still.wake_ups) == ("quarantined", ())
    receipt = intake.replay(1, a_delivery(good, healed))
    assert (receipt.outcome, receipt.wake_ups) == ("accepted", (OrderKey("main", "2"),))
    assert [(event.key, event.delivery_id) for event in rows(database, events)] == [("good", 1), ("healed", 1)]
    assert [row.outcome for row in rows(database, deliveries)] == ["accepted"]


@pytest.mark.parametrize("keep_once", ["", "courier/evt_1"], ids=["quarantined", "stale"])
def test_a_delivery_of_no_interest_is_deleted_by_its_replay_and_counted(
    intake: SqlIntake, database: Database, keep_once: str
):
    kept = intake.write(a_delivery(unusable=None if keep_once else QuarantineReason.NOT_ALLOWED, keep_once=keep_once))
    assert kept.delivery_id is not None
    for count in (1, 2):
        assert intake.replay(kept.delivery_id, a_delivery()) == Receipt(DeliveryOutcome.IGNORED, None)
        assert rows(database, deliveries) == []
        assert counts(database) == [("courier", "ignored", count)]
        kept = intake.write(a_delivery(unusable=QuarantineReason.NOT_ALLOWED))
        assert kept.delivery_id is not None


def test_a_batch_whose_bad_elements_are_of_no_interest_now_is_accepted(intake: SqlIntake, database: Database):
    first = intake.write(a_delivery(an_event(), unusable=QuarantineReason.UNKNOWN_EVENT))
    assert first.delivery_id is not None
    receipt = intake.replay(first.delivery_id, a_delivery())
    (row,) = rows(database, deliveries)
    assert (receipt.outcome, row.outcome, row.reason) == ("accepted", "accepted", "")
    assert row.replayed_at is not None
    assert counts(database) == []
