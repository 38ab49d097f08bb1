"""What the tables hold after a delivery was written."""

import secrets
from typing import Any

import pytest
from sqlalchemy import update

from tests.support.clock import Clock
from tests.support.events import KEY, a_delivery, a_hint, an_event
from tests.support.tables import due, rows
from worker.domain.events import OPERATOR, Event, EventName
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.intake import events as recording_of_events
from worker.store.intake.intake import SqlIntake
from worker.store.tables import deliveries, events, orders


def schedule(database: Database, **columns: int | None) -> None:
    with database.write() as connection:
        connection.execute(update(orders).where(has_key(KEY)).values(columns))


def test_a_new_order_is_due_at_once_and_no_reconciliation_has_seen_it(
    intake: SqlIntake, database: Database, clock: Clock
):
    intake.write(a_delivery(an_event()))
    (order,) = rows(database, orders)
    assert (order.account, order.order_id, order.stage) == ("main", "1", None)
    assert (order.revision, order.seen_revision, order.event_count) == (1, 0, 1)
    assert (order.due, order.first_seen_at, order.updated_at) == (clock.now, clock.now, clock.now)
    assert (order.stop, order.lease_token, order.not_before) == (None, None, None)


def test_an_event_is_pending_and_names_its_delivery_and_revision(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event()))
    fields: dict[str, Any] = {
        "tracking": "TRK1",
        "tracking_url": "https://parcel.example/TRK1",
        "parcels": 2,
        "note": "at the door",
        "shipment": "5dd599eb",
    }
    receipt = intake.write(a_delivery(an_event(key="evt_2", occurred_at=7, received_at=9, **fields)))
    first, second = rows(database, events)
    assert (first.revision, first.result, first.parcels) == (1, "pending", None)
    assert (first.tracking, first.shipment) == ("", "")
    assert (second.id, second.delivery_id, second.revision) == (receipt.event_id, receipt.delivery_id, 2)
    assert (second.source, second.key, second.name) == ("courier", "evt_2", "shipment.picked_up")
    assert (second.occurred_at, second.received_at, second.result, second.result_at) == (7, 9, "pending", None)
    assert {name: getattr(second, name) for name in fields} == fields


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
@pytest.mark.parametrize("repeated", [False, True], ids=["new event", "repeated hint"])
def test_an_event_makes_its_order_due_but_shortens_no_back_off_and_delays_no_due_time(
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
    assert (order.revision, order.updated_at, order.event_count) == (2, now, 1 if repeated else 2)


def test_a_duplicate_does_not_change_when_its_order_is_due(intake: SqlIntake, database: Database, clock: Clock):
    intake.write(a_delivery(an_event(key="evt_1")))
    schedule(database, due=None)
    intake.write(a_delivery(an_event(key="evt_1"), received_at=clock.advance(hours=1)))
    assert due(database) is None


def test_every_body_is_kept_except_a_duplicates(intake: SqlIntake, database: Database):
    intake.write(a_delivery(an_event(key="evt_1"), body=b"first"))
    intake.write(a_delivery(an_event(key="evt_1"), body=b"again"))
    intake.write(a_delivery(an_event(EventName.DELIVERED, key="evt_1"), body=b"other"))
    intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, body=b"\xff\x00", detail="byte 0"))
    intake.write(a_delivery(keep_once="courier/evt_9", body=b"late"))
    assert [(row.outcome, row.reason, row.body) for row in rows(database, deliveries)] == [
        ("accepted", "", b"first"),
        ("duplicate", "", None),
        ("quarantined", "key_reused", b"other"),
        ("quarantined", "not_json", b"\xff\x00"),
        ("stale", "", b"late"),
    ]


@pytest.mark.parametrize(
    ("earlier", "delivered", "outcome", "reason", "written"),
    [
        ([], [an_event(key="a"), a_hint("b")], "accepted", None, 2),
        ([an_event(key="a")], [an_event(key="a"), a_hint("b")], "accepted", None, 2),
        ([an_event(key="a")], [an_event(key="a"), an_event(key="a")], "duplicate", None, 1),
        ([an_event(key="a")], [an_event(EventName.LOST, key="a"), a_hint("b")], "quarantined", "key_reused", 2),
        ([], [an_event(key="a"), an_event(EventName.LOST, key="a")], "quarantined", "key_reused", 1),
        ([], [an_event(key="a", order=OrderKey("main", str(n))) for n in range(2)], "quarantined", "key_reused", 1),
    ],
    ids=["all new", "one known", "all known", "one not usable", "one key twice", "one key for two orders"],
)
def test_a_delivery_of_several_events_has_the_gravest_outcome_and_its_usable_events_are_written(
    intake: SqlIntake,
    database: Database,
    earlier: list[Event],
    delivered: list[Event],
    outcome: str,
    reason: str | None,
    written: int,
):
    for event in earlier:
        intake.write(a_delivery(event))
    receipt = intake.write(a_delivery(*delivered))
    assert (receipt.outcome, receipt.reason) == (outcome, reason)
    assert len(rows(database, events)) == written
    assert len(rows(database, deliveries)) == len(earlier) + 1


def test_a_batch_is_written_whole_or_not_at_all(intake: SqlIntake, database: Database, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise RuntimeError("the last statement fails")

    monkeypatch.setattr(recording_of_events, "_insert", fail)
    batch = a_delivery(an_event(), an_event(order=OrderKey("main", "2")), unusable=QuarantineReason.NO_ORDER)
    with pytest.raises(RuntimeError):
        intake.write(batch)
    assert [rows(database, table) for table in (deliveries, orders, events)] == [[], [], []]
    monkeypatch.undo()
    assert intake.write(batch).outcome == "quarantined"
    assert len(rows(database, events)) == 2


@pytest.mark.parametrize(
    ("unfit", "reason"),
    [
        ({"key": "k" * 501}, "bad_text"),
        ({"tracking": secrets.token_hex(9000)}, "bad_text"),
        ({"shipment": secrets.token_hex(9000)}, "bad_text"),
        ({"order": OrderKey("main", secrets.token_hex(9000))}, "bad_text"),
        ({"note": "nul\0"}, "bad_text"),
        ({"tracking": "\ud800"}, "bad_text"),
        ({"shipment": "nul\0"}, "bad_text"),
        ({"order": OrderKey("main", "1\0")}, "bad_text"),
        ({"parcels": 2**31}, "bad_number"),
        ({"occurred_at": 2**63}, "bad_number"),
    ],
    ids=[
        *("long key", "long tracking number", "long shipment", "long order id"),
        *("NUL", "lone surrogate", "shipment", "order id", "parcels", "instant"),
    ],
)
def test_an_event_that_no_database_can_hold_is_quarantined(intake: SqlIntake, unfit: dict[str, Any], reason: str):
    receipt = intake.write(a_delivery(an_event(**unfit)))
    assert (receipt.outcome, receipt.reason) == ("quarantined", reason)


def test_the_longest_key_and_the_largest_numbers_are_stored(intake: SqlIntake, database: Database):
    # Characters of four bytes each that do not compress: the worst case for an index.
    key = "".join(chr(0x1F300 + n % 700) for n in range(0, 500 * 311, 311))
    event = an_event(key=key, parcels=2**31 - 1, occurred_at=2**63 - 1)
    assert intake.write(a_delivery(event, detail="nul\0 and \ud800")).outcome == "accepted"
    assert rows(database, events)[0].key == key
    unusable = a_delivery(unusable=QuarantineReason.BAD_TEXT, detail="nul\0 and \ud800")
    assert intake.write(unusable).outcome == "quarantined"
    assert intake.write(a_delivery(keep_once="\ud800" * 9000)).outcome == "stale"


def test_an_operators_event_is_written_like_a_couriers(intake: SqlIntake, database: Database):
    event = an_event(EventName.ORDER_SHIPPED, source=OPERATOR, key="event_1")
    receipt = intake.write(a_delivery(event, source=OPERATOR))
    assert (receipt.outcome, rows(database, events)[0].source) == ("accepted", "operator")
