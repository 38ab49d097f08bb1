"""What stands in the journal's tables once a delivery was written down, or replayed."""

from typing import Any

import pytest
from sqlalchemy import update

from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, a_hint, an_event
from tests.support.tables import due, rows
from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.rows import this
from worker.store.tables import deliveries, events, orders

SECOND = 1_000_000


def schedule(database: Database, **columns: int | None) -> None:
    with database.write() as connection:
        connection.execute(update(orders).where(this(KEY)).values(columns))


def test_a_new_order_is_due_at_once_and_has_seen_nothing(intake: SqlIntake, database: Database, clock: Clock):
    intake.write(a_delivery(an_event(key="evt_1")))
    (order,) = rows(database, orders)
    assert (order.account, order.order_id, order.stage) == ("main", "1", None)
    assert (order.revision, order.seen_revision, order.events) == (1, 0, 1)
    assert (order.due, order.first_seen_at, order.updated_at) == (clock.now, clock.now, clock.now)
    assert (order.stop, order.lease_token, order.not_before) == (None, None, None)


def test_an_event_is_pending_and_knows_its_delivery_and_revision(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="evt_1")))
    said: dict[str, Any] = {
        "tracking": "TRK1",
        "tracking_url": "https://parcel.example/TRK1",
        "parcels": 2,
        "note": "at the door",
    }
    receipt = intake.write(a_delivery(an_event(key="evt_2", occurred_at=7, received_at=9, **said)))
    first, second = rows(database, events)
    assert (first.revision, first.result, first.parcels, first.tracking) == (1, "pending", None, "")
    assert (second.id, second.delivery, second.revision) == (receipt.event_id, receipt.delivery_id, 2)
    assert (second.source, second.key, second.name) == ("courier", "evt_2", "shipment.picked_up")
    assert (second.occurred_at, second.received_at, second.result, second.result_at) == (7, 9, "pending", None)
    assert {name: getattr(second, name) for name in said} == said


@pytest.mark.parametrize(
    ("scheduled", "not_before", "then"),
    [
        (None, None, 0),
        (None, 60, 60),
        (3600, None, 0),
        (-60, None, -60),
        (60, 60, 60),
        (3600, 60, 60),
        (3600, -60, 0),
        (-60, -90, -60),
    ],
    ids=[
        "settled",
        "settled with back-off",
        "waiting",
        "due",
        "backing off",
        "waiting behind a back-off",
        "back-off over",
        "due after a back-off",
    ],
)
@pytest.mark.parametrize("repeated", [False, True], ids=["news", "repeated hint"])
def test_news_makes_an_order_due_but_shortens_no_back_off_and_delays_no_turn(
    intake: SqlIntake,
    database: Database,
    clock: Clock,
    scheduled: int | None,
    not_before: int | None,
    then: int,
    repeated: bool,
):
    intake.write(a_delivery(a_hint("hint_1")))
    now = clock.advance(hours=5)

    def after(seconds: int | None) -> int | None:
        return None if seconds is None else now + seconds * SECOND

    schedule(database, due=after(scheduled), not_before=after(not_before))
    intake.write(a_delivery(a_hint("hint_1" if repeated else "hint_2"), received_at=now))
    assert due(database) == after(then)
    (order,) = rows(database, orders)
    assert (order.revision, order.updated_at, order.events) == (2, now, 1 if repeated else 2)


def test_a_duplicate_leaves_the_orders_schedule_alone(intake: SqlIntake, database: Database, clock: Clock):
    intake.write(a_delivery(an_event(key="evt_1")))
    schedule(database, due=None)
    intake.write(a_delivery(an_event(key="evt_1"), received_at=clock.advance(hours=1)))
    assert due(database) is None


def test_bodies_are_kept_but_for_those_of_duplicates(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="evt_1"), body=b"first"))
    intake.write(a_delivery(an_event(key="evt_1"), body=b"again"))
    intake.write(a_delivery(an_event(key="evt_1", name=EventName.DELIVERED), body=b"other"))
    intake.write(a_delivery(unusable="not_json", body=b"\xff\x00", detail="byte 0"))
    intake.write(a_delivery(keep_once="courier/evt_9", body=b"late"))
    kept = [(row.outcome, row.reason, row.body) for row in rows(database, deliveries)]
    assert kept == [
        ("accepted", "", b"first"),
        ("duplicate", "", None),
        ("quarantined", "key_reused", b"other"),
        ("quarantined", "not_json", b"\xff\x00"),
        ("stale", "", b"late"),
    ]


@pytest.mark.parametrize(
    ("known", "news", "outcome", "reason", "written"),
    [
        ([], [an_event(key="a"), a_hint("b")], "accepted", "", 2),
        ([an_event(key="a")], [an_event(key="a"), a_hint("b")], "accepted", "", 2),
        ([an_event(key="a")], [an_event(key="a"), an_event(key="a")], "duplicate", "", 1),
        ([an_event(key="a")], [an_event(key="a", name=EventName.LOST), a_hint("b")], "quarantined", "key_reused", 2),
        ([], [an_event(key="a"), an_event(key="a", name=EventName.LOST)], "quarantined", "key_reused", 1),
        ([], [an_event(key="a", order=OrderKey("main", str(n))) for n in range(2)], "quarantined", "key_reused", 1),
    ],
    ids=["all new", "one known", "all known", "one of no use", "one key twice", "one key for two orders"],
)
def test_a_delivery_of_several_events_has_the_gravest_outcome_and_all_that_can_be_used_is_written(
    intake: SqlIntake, database: Database, known: list[Any], news: list[Any], outcome: str, reason: str, written: int
):
    for event in known:
        intake.write(a_delivery(event))
    receipt = intake.write(a_delivery(*news))
    assert (receipt.outcome, receipt.reason) == (outcome, reason)
    assert len(rows(database, events)) == written
    assert len(rows(database, deliveries)) == len(known) + 1


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        ({"key": "k" * 501}, "bad_text"),
        ({"note": "nul\0"}, "bad_text"),
        ({"tracking": "\ud800"}, "bad_text"),
        ({"order": OrderKey("main", "1\0")}, "bad_text"),
        ({"parcels": 2**31}, "bad_number"),
        ({"occurred_at": 2**63}, "bad_number"),
    ],
    ids=["long key", "NUL", "lone surrogate", "order id", "parcels", "instant"],
)
def test_what_no_database_can_hold_is_quarantined_before_it_meets_one(
    intake: SqlIntake, unfit: dict[str, Any], reason: str
):
    receipt = intake.write(a_delivery(an_event(**{"key": "evt_1", **unfit})))
    assert (receipt.outcome, receipt.reason) == ("quarantined", reason)


def test_the_longest_key_and_the_largest_numbers_are_taken(intake: SqlIntake, database: Database):
    # Letters that take four bytes each and do not compress: the worst that an index can meet.
    key = "".join(chr(0x1F300 + n % 700) for n in range(0, 500 * 311, 311))
    event = an_event(key=key, parcels=2**31 - 1, occurred_at=2**63 - 1)
    assert intake.write(a_delivery(event, detail="nul\0 and \ud800")).outcome == "accepted"
    assert rows(database, events)[0].key == key
    assert intake.write(a_delivery(unusable="bad_text", detail="nul\0 and \ud800")).outcome == "quarantined"
    assert intake.write(a_delivery(keep_once="\ud800" * 9000)).outcome == "stale"


def test_an_operators_word_takes_the_same_road(intake: SqlIntake, database: Database):
    word = Event("operator", "word_1", KEY, EventName.ORDER_SHIPPED, occurred_at=1, received_at=1)
    receipt = intake.write(a_delivery(word, source="operator"))
    assert (receipt.outcome, rows(database, events)[0].source) == ("accepted", "operator")
