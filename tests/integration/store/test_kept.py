"""What moves no order is bounded for each source, in number and in bytes, whoever sends how much of it at once."""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias

import pytest
from sqlalchemy import event, insert, select, text

from tests.support.at_once import at_once
from tests.support.clock import START, Clock
from tests.support.events import a_delivery, an_event
from tests.support.integrity import assert_integrity
from worker.domain.errors import IllegalRequest
from worker.domain.instants import DAY, SECOND
from worker.domain.kept import KeptBounds, KeptKey
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.intake.order_bodies import MAX_BYTES, NOT_KEPT
from worker.store.prune import prune
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.tables import deliveries, kept

QUARANTINED = KeptKey("courier", "quarantined")
BODY = 65_536
Kept: TypeAlias = Mapping[KeptKey, tuple[int, int]]


def unusable(**fields: Any) -> Delivery:
    """Return a delivery that cannot be used. Its body cannot be compressed."""
    return a_delivery(**{"unusable": QuarantineReason.NOT_JSON, "body": os.urandom(1000), **fields})


def bounded(database: Database, count: int = 10, size: int = 10**9, **others: KeptBounds) -> SqlIntake:
    return SqlIntake(database, {"courier": KeptBounds(count, size), **others})


def counted(database: Database) -> Kept:
    with database.read() as connection:
        rows = connection.execute(select(kept.c.source, kept.c.outcome, kept.c.deliveries, kept.c.bytes))
        return {KeptKey(source, outcome): (count, size) for source, outcome, count, size in rows if count or size}


def stored(database: Database) -> Kept:
    """Return what is there, counted row by row."""
    query = select(deliveries.c.source, deliveries.c.outcome, deliveries.c.body)
    sums: dict[KeptKey, tuple[int, int]] = {}
    with database.read() as connection:
        for source, outcome, body in connection.execute(query.where(deliveries.c.outcome != "accepted")):
            count, size = sums.get(KeptKey(source, outcome), (0, 0))
            sums[KeptKey(source, outcome)] = count + 1, size + len(body or b"")
    return sums


def evicted(database: Database) -> dict[KeptKey, int]:
    with database.read() as connection:
        rows = connection.execute(select(kept.c.source, kept.c.outcome, kept.c.evicted).where(kept.c.evicted > 0))
        return {KeptKey(source, outcome): count for source, outcome, count in rows}


def ids(database: Database) -> list[int]:
    with database.read() as connection:
        return list(connection.execute(select(deliveries.c.id).order_by(deliveries.c.id)).scalars())


def size_of(database: Database) -> int:
    """Return the bytes of the database on disk, without what PostgreSQL itself would give free by and by."""
    if database.is_sqlite:  # a part of it may still be in the write-ahead log
        with database.read() as connection:
            return int(
                connection.scalar(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"))
            )
    with database.outside_transactions() as connection:
        connection.autocommit = True
        connection.execute("VACUUM deliveries")
        connection.autocommit = False
    with database.read() as connection:
        return int(connection.execute(text("SELECT pg_total_relation_size('deliveries')")).scalar_one())


def quarantine(_: int) -> Delivery:
    return unusable()


def make_stale(number: int) -> Delivery:
    return a_delivery(keep_once=f"courier/{number}", body=os.urandom(1000))


def repeat(_: int) -> Delivery:
    return a_delivery(an_event(key="evt_1"))


@pytest.mark.parametrize("make", [quarantine, make_stale, repeat], ids=["quarantined", "stale", "duplicate"])
def test_of_each_outcome_the_newest_are_kept_and_the_sums_say_what_was_deleted(
    database: Database, make: Callable[[int], Delivery]
):
    intake = bounded(database, 10)
    intake.write(repeat(0))
    newest = [intake.write(make(number)).delivery_id for number in range(25)][-10:]
    assert ids(database)[1:] == newest
    assert counted(database) == stored(database)
    assert list(evicted(database).values()) == [15]


def test_at_a_bound_most_transactions_delete_nothing(database: Database):
    told: list[int] = []
    intake = SqlIntake(database, {"courier": KeptBounds(300)}, lambda each: told.extend(each.values()))
    intake.write(repeat(0))
    for _ in range(300 + 9):
        intake.write(repeat(0))
    assert told == [4, 4, 4]
    assert counted(database) == stored(database) == {KeptKey("courier", "duplicate"): (297, 0)}


def test_bodies_are_bounded_in_bytes_and_the_newest_delivery_is_always_kept(database: Database):
    intake = bounded(database, 100, 5500)
    newest = [intake.write(unusable()).delivery_id for _ in range(12)][-5:]
    assert ids(database) == newest
    last = intake.write(unusable(body=os.urandom(5500))).delivery_id
    assert (ids(database), counted(database)) == ([last], {QUARANTINED: (1, 5500)})


def test_one_sources_flood_deletes_nothing_of_another_and_quarantine_is_not_lost_to_repetitions(database: Database):
    intake = bounded(database, 10, other=KeptBounds(3))
    first = [intake.write(unusable(source="other")).delivery_id, intake.write(unusable()).delivery_id]
    intake.write(repeat(0))
    for _ in range(20):
        intake.write(repeat(0))
    for _ in range(5):
        intake.write(unusable(source="other", keep_once="", received_at=START + 1))
    assert first[1] in ids(database)
    assert {key: count for key, (count, _) in counted(database).items()} == {
        QUARANTINED: 1,
        KeptKey("courier", "duplicate"): 10,
        KeptKey("other", "quarantined"): 3,
    }


def test_a_body_of_a_delivery_whose_good_events_were_taken_in_is_deleted_and_its_events_stay(database: Database):
    intake = bounded(database, 1)
    first = intake.write(unusable())
    partly = Delivery("courier", START, b"[good, bad]", (an_event(key="good"),), QuarantineReason.NO_ORDER)
    second = intake.write(partly)
    intake.write(unusable())
    assert first.delivery_id not in ids(database)
    _, details = DeliveryQueries(database).show(second.delivery_id or 0)
    assert details is not None
    assert (details.row.outcome, details.body, details.row.size) == ("accepted", None, None)
    assert "deleted" in details.row.detail
    assert [event.key for event in details.events] == ["good"]
    assert counted(database) == stored(database)
    assert_integrity(database)


def test_many_senders_at_once_keep_exactly_what_the_bounds_allow(database: Database, database_url: str):
    others = [Database(database_url) for _ in range(3)]
    intakes = [bounded(each, 20, 15_000) for each in (database, *others)]
    makers = (quarantine, make_stale, repeat)

    def flood(number: int) -> None:
        for index in range(30):
            intakes[number].write(makers[(index + number) % 3](1000 * number + index))

    at_once(flood, range(4))
    assert counted(database) == stored(database)
    assert all(count <= 20 and size <= 15_000 for count, size in counted(database).values())
    for other in others:
        other.close()


def test_replays_and_pruning_beside_a_flood_leave_true_sums(database: Database, database_url: str, clock: Clock):
    other, over = Database(database_url, clock=clock), threading.Event()
    intake, second = bounded(database, 30), bounded(other, 30)
    chosen = [intake.write(unusable()).delivery_id or 0 for _ in range(20)]

    def flood(_: int) -> None:
        for number in range(60):
            intake.write(unusable(received_at=START + number * SECOND))
        over.set()

    def replay(_: int) -> None:
        for number, delivery_id in enumerate(chosen):
            event = an_event(key=f"evt_{number}", order=OrderKey("main", str(number + 1)))
            with suppress(IllegalRequest):  # it was deleted meanwhile
                second.replay(delivery_id, a_delivery(event))

    def prune_meanwhile(_: int) -> None:
        while not over.wait(0.02):
            prune(other, keep=DAY, dedupe_for=DAY, bounds={"courier": KeptBounds(30)}, pause_seconds=0)

    at_once(lambda work: work(0), [flood, replay, prune_meanwhile])
    assert counted(database) == stored(database)
    assert counted(database)[QUARANTINED][0] <= 30
    other.close()


def test_a_flood_of_large_bodies_does_not_make_the_database_grow(database: Database):
    intake = bounded(database, 1000, 20 * BODY)
    for _ in range(30):
        intake.write(unusable(body=os.urandom(BODY)))
    full = size_of(database)
    for _ in range(5):
        at_once(lambda _: intake.write(unusable(body=os.urandom(BODY))), range(30))
        assert size_of(database) < full * 2.5, "a group of 30 may be there for a moment"
    assert counted(database) == {QUARANTINED: (20, 20 * BODY)}
    assert evicted(database) == {QUARANTINED: 160}


def test_what_was_deleted_is_told_after_the_commit(database: Database):
    told: list[tuple[Mapping[KeptKey, int], int]] = []
    intake = SqlIntake(database, {"courier": KeptBounds(3)}, lambda each: told.append((each, len(ids(database)))))
    for _ in range(5):
        intake.write(unusable())
    assert told == [({QUARANTINED: 1}, 3), ({QUARANTINED: 1}, 3)]


def test_a_replay_moves_a_delivery_out_of_what_is_counted_and_deletes_nothing_else(database: Database):
    intake = bounded(database, 3)
    chosen = [intake.write(unusable()).delivery_id or 0 for _ in range(3)]
    assert intake.replay(chosen[0], a_delivery(an_event(key="a"))).outcome == "accepted"
    assert intake.replay(chosen[1], a_delivery(an_event(key="a"))).outcome == "duplicate"
    assert intake.replay(chosen[2], a_delivery()).outcome == "ignored"
    assert counted(database) == stored(database)
    assert counted(database)[KeptKey("courier", "duplicate")][0] == 1
    assert ids(database) == chosen[:2]


def test_what_is_old_is_deleted_by_pruning_and_said_if_nobody_could_use_it(database: Database, clock: Clock):
    intake = bounded(database)
    intake.write(Delivery("courier", START, b"[]", (an_event(key="good"),), QuarantineReason.NO_ORDER))
    for make in (quarantine, make_stale, repeat, repeat, quarantine):
        intake.write(make(1))
    run = partial(prune, database, keep=DAY, dedupe_for=90 * DAY, pause_seconds=0, batch_size=1)
    clock.advance(days=1)
    assert not any(run().values())
    clock.advance(seconds=1)
    pruned = run()
    assert {name: count for name, count in pruned.items() if count} == {"deliveries": 4, "quarantined": 2}
    assert ids(database) == [1, 4], "their events are still needed"
    assert counted(database) == stored(database)


def test_bounds_that_have_become_smaller_hold_after_pruning(database: Database):
    intake = SqlIntake(database)
    newest = [intake.write(unusable()).delivery_id for _ in range(250)][-5:]
    prune(database, keep=DAY, dedupe_for=DAY, bounds={"courier": KeptBounds(5)}, pause_seconds=0)
    assert ids(database) == newest
    assert (counted(database), evicted(database)) == (stored(database), {QUARANTINED: 245})


def test_pruning_counts_what_an_earlier_version_has_written_meanwhile(database: Database):
    row = {"source": "courier", "received_at": START, "outcome": "quarantined", "body": b"as it came"}
    with database.write() as connection:
        connection.execute(insert(deliveries), [row] * 7)
        connection.execute(insert(kept).values(source="gone", outcome="stale", deliveries=3, bytes=30))
    prune(database, keep=DAY, dedupe_for=DAY, pause_seconds=0)
    assert counted(database) == stored(database) == {QUARANTINED: (7, 70)}
    _, details = DeliveryQueries(database).show(1)
    assert details is not None
    assert (details.body, details.row.size) == (b"as it came", 10)


def test_a_body_is_shown_as_it_came_and_stored_compressed(database: Database):
    body = b'{"status": "unknown"}' * 1000
    delivery_id = SqlIntake(database).write(unusable(body=body)).delivery_id or 0
    _, details = DeliveryQueries(database).show(delivery_id)
    assert details is not None
    assert (details.body, details.row.size) == (body, len(body))
    assert counted(database)[QUARANTINED][1] < len(body) / 20
    assert DeliveryQueries(database).page(DeliveryFilter(), 1).rows[0].size == len(body)


def test_deliveries_that_are_kept_are_found_by_their_index(sqlite_url: str):
    database = Database(sqlite_url)
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    intake = bounded(database, 1)
    for _ in range(3):
        intake.write(unusable())
    sql, values = next((sql, values) for sql, values in asked if "ORDER BY deliveries.received_at" in sql)
    with database.read() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all())
    assert "ix_deliveries_kept" in plan
    assert "TEMP" not in plan
    database.close()


def test_an_order_keeps_the_bodies_of_its_first_large_deliveries_and_the_others_say_so(database: Database):
    intake, size = SqlIntake(database), MAX_BYTES // 4
    large = [
        intake.write(a_delivery(an_event(), body=os.urandom(size), detail="" if number else "odd")).delivery_id or 0
        for number in range(6)
    ]
    small = intake.write(a_delivery(an_event(), body=b"small")).delivery_id or 0
    elsewhere = intake.write(a_delivery(an_event(order=OrderKey("main", "2")), body=os.urandom(size))).delivery_id or 0
    shown = [DeliveryQueries(database).show(delivery_id)[1] for delivery_id in [*large, small, elsewhere]]
    assert all(details and details.row.outcome == "accepted" and details.events for details in shown)
    assert [details.row.size for details in shown if details] == [*[size] * 4, None, None, 5, size]
    assert [details.row.detail for details in shown if details] == ["odd", "", "", "", NOT_KEPT, NOT_KEPT, "", ""]
    assert_integrity(database)


def test_an_order_without_room_says_so_beside_what_is_said_already(database: Database):
    intake = SqlIntake(database)
    full = [a_delivery(an_event(), body=os.urandom(MAX_BYTES), detail="odd") for _ in range(2)]
    _, last = [intake.write(delivery).delivery_id or 0 for delivery in full]
    _, details = DeliveryQueries(database).show(last)
    assert details is not None
    assert (details.body, details.row.detail) == (None, f"odd; {NOT_KEPT}")
