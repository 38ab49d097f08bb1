"""A live display shows everything that happens once, in the order in which it happened, on both databases."""

from collections.abc import Sequence

import pytest
from sqlalchemy import delete, insert, select, update

from tests.support.clock import START, Clock
from tests.support.events import a_delivery
from tests.support.harness import Harness, order_key
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.overview.activity import Activity, ActivityFilter, ActivityKind, Followed
from worker.domain.reasons import HoldReason, QuarantineReason, StopReason, WaitReason, WriteOutcome
from worker.domain.results import Later, Stopped
from worker.domain.stages import Stage
from worker.store.queries import activity, feeds
from worker.store.queries.activity import ActivityQueries
from worker.store.tables import deliveries, refusals, writes


def seen(entries: Sequence[Activity]) -> list[tuple[str, str, str]]:
    return [(entry.kind, entry.word, entry.order_key or entry.account or entry.source) for entry in entries]


def add_write(harness: Harness, number: int, sent_at: int, outcome: str = WriteOutcome.SENT) -> None:
    with harness.database.write() as connection:
        values = {"lease_token": "t", "revision": 1, "stage": "shipped", "inferred": False, "evidence_at": 1}
        connection.execute(
            insert(writes).values(order_row=number, fields={}, sent_at=sent_at, outcome=outcome, **values)
        )


def test_the_first_look_without_a_beginning_shows_nothing_and_the_next_what_is_new(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1))
    harness.holds.hold("held", HoldReason.CREDENTIALS, None, "HTTP 401")
    clock.advance(seconds=1)
    queries = ActivityQueries(harness.database)
    assert queries.look() == []
    assert queries.look() == []
    clock.advance(seconds=1)
    harness.accept(EventName.DELIVERED, order=order_key(2))
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, detail="x", received_at=clock()))
    found = queries.look()
    assert seen(found) == [("delivery", "accepted", "main/2"), ("delivery", "quarantined", "courier")]
    assert (found[0].event, found[0].count, found[0].row) == ("shipment.delivered", 1, 2)
    assert found[1].detail == "not_json: x"
    assert queries.look() == []


def test_everything_that_happens_to_an_order_and_an_account_is_shown(harness: Harness, clock: Clock):
    queries = ActivityQueries(harness.database)
    queries.look()
    clock.advance(seconds=1)
    key = order_key(1)
    harness.accept(EventName.PICKED_UP, order=key)
    clock.advance(seconds=1)
    harness.finish(key, Later(clock() + HOUR, WaitReason.API_UNAVAILABLE, "HTTP 503", firm=True))
    clock.advance(seconds=1)
    harness.holds.hold("main", HoldReason.OUTAGE, None, "HTTP 503")
    assert seen(queries.look()) == [
        ("delivery", "accepted", "main/1"),
        ("wait", "api_unavailable", "main/1"),
        ("hold", "outage", "main"),
    ]
    clock.advance(seconds=1)
    harness.holds.lift("main", HoldReason.OUTAGE)
    clock.advance(hours=2)
    harness.finish(key, Stopped(StopReason.REFUSED, "HTTP 422"), EventResult.STOPPED)
    assert seen(queries.look()) == [("decision", "stopped", "main/1"), ("lifted", "outage", "main")]


def test_a_write_is_shown_when_it_is_answered_and_also_when_it_is_not(harness: Harness, clock: Clock):
    harness.accept(order=order_key(1))
    queries = ActivityQueries(harness.database)
    queries.look()
    clock.advance(seconds=1)
    add_write(harness, 1, clock())
    assert queries.look() == []
    clock.advance(seconds=5)
    assert seen(queries.look()) == [("write", "sent", "main/1")]
    assert queries.look() == []
    with harness.database.write() as connection:
        answer = {"outcome": "confirmed", "answer": "shipped", "answered_at": clock()}
        connection.execute(update(writes).values(**answer))
    (answered,) = queries.look()
    assert (answered.word, answered.stage, answered.answered_after) == ("confirmed", Stage.SHIPPED, 5 * SECOND)
    add_write(harness, 1, clock(), WriteOutcome.FAILED)
    assert seen(queries.look()) == [("write", "failed", "main/1")]


def test_a_row_whose_transaction_is_late_is_shown_once(harness: Harness, clock: Clock):
    for number in (1, 2):
        harness.accept(order=order_key(number))
    queries = ActivityQueries(harness.database)
    queries.look()
    clock.advance(seconds=1)
    harness.accept(order=order_key(3))
    with harness.database.write() as connection:  # what has a later id is committed first
        row = connection.execute(select(deliveries).where(deliveries.c.id == 3)).one()
        values = {**row._mapping, "id": 40}  # noqa: SLF001 - SQLAlchemy's public name of the mapping
        connection.execute(insert(deliveries), [values])
    assert [entry.row for entry in queries.look()] == [3, 40]
    with harness.database.write() as connection:
        connection.execute(insert(deliveries), [{**values, "id": 39}])
    assert [entry.row for entry in queries.look()] == [39]
    clock.advance(seconds=5)
    assert queries.look() == []


def test_an_id_that_comes_again_is_another_delivery(harness: Harness, clock: Clock):
    queries = ActivityQueries(harness.database)
    queries.look()
    clock.advance(seconds=1)
    harness.intake.write(a_delivery(unusable=QuarantineReason.NOT_JSON, received_at=clock()))
    assert [entry.row for entry in queries.look()] == [1]
    clock.advance(minutes=1)
    assert queries.look() == []
    with harness.database.write() as connection:
        row = connection.execute(select(deliveries)).one()
        connection.execute(delete(deliveries))
        again = {**row._mapping, "received_at": clock()}  # noqa: SLF001 - same
        connection.execute(insert(deliveries), [again])
    assert [entry.row for entry in queries.look()] == [1]


def test_what_happened_since_an_instant_comes_in_the_order_in_which_it_happened(
    harness: Harness, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feeds, "PAGE", 3)
    for number in range(20):
        clock.advance(minutes=1)
        harness.accept(EventName.PICKED_UP, order=order_key(number))
        add_write(harness, number + 1, clock(), WriteOutcome.CONFIRMED)
    queries, shown = ActivityQueries(harness.database, START + 5 * MINUTE), list[Activity]()
    for _ in range(30):
        shown += queries.look()
        if not queries.is_behind:
            break
    instants = [entry.at for entry in shown]
    assert instants == sorted(instants)
    assert [entry.order_key for entry in shown if entry.kind is ActivityKind.DELIVERY] == [
        f"main/{number}" for number in range(4, 20)
    ]
    assert sum(entry.kind is ActivityKind.WRITE for entry in shown) == 16


def test_requests_that_are_refused_are_counted(harness: Harness, clock: Clock):
    queries = ActivityQueries(harness.database)
    row = {"source": "courier", "path": "", "reason": "bad_signature", "count": 3, "last_at": clock()}
    with harness.database.write() as connection:
        connection.execute(insert(refusals), [row])
    assert queries.look() == []
    with harness.database.write() as connection:
        connection.execute(update(refusals).values(count=5))
    (entry,) = queries.look()
    assert (entry.kind, entry.word, entry.source, entry.count) == (ActivityKind.REFUSED, "bad_signature", "courier", 2)


def test_no_memory_grows_without_end(harness: Harness, clock: Clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(activity, "MAX_PENDING", 2)
    harness.accept(order=order_key(1))
    queries = ActivityQueries(harness.database)
    queries.look()
    clock.advance(seconds=1)
    for _ in range(5):
        add_write(harness, 1, clock())
    queries.look()
    clock.advance(seconds=9)
    assert len(queries.look()) == 2


# -------------------------------------------------------------------------------------------------------------- filters


def an_entry(**fields: object) -> Activity:
    key = order_key(1)
    values: dict[str, object] = {"kind": ActivityKind.WRITE, "word": "confirmed", "order": key, "orders": {key}}
    return Activity(START, **{**values, **fields})  # type: ignore[arg-type]


def test_a_filter_wants_what_is_about_its_order_its_account_or_has_failed():
    entry, unusable = an_entry(), an_entry(order=None, orders=set(), named="main/2", word="quarantined")
    assert ActivityFilter().wants(entry)
    assert ActivityFilter(order=order_key(1)).wants(entry)
    assert not ActivityFilter(order=order_key(2)).wants(entry)
    assert ActivityFilter(order=order_key(2)).wants(unusable)
    assert ActivityFilter(account="main").wants(unusable)
    assert not ActivityFilter(account="also").wants(unusable)
    assert ActivityFilter(failed=True).wants(unusable)
    assert not ActivityFilter(failed=True).wants(entry)
    held = an_entry(kind=ActivityKind.HOLD, order=None, orders=set(), account="also", word="outage")
    assert ActivityFilter(account="also", failed=True).wants(held)


def test_a_source_is_followed_to_what_becomes_of_its_orders(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.domain.overview.activity.MAX_FOLLOWED", 1)
    followed = Followed("courier")
    write = an_entry()
    assert not followed.wants(write)
    assert followed.wants(an_entry(kind=ActivityKind.DELIVERY, source="courier"))
    assert followed.wants(write)
    assert not followed.wants(an_entry(kind=ActivityKind.DELIVERY, source="other"))
    assert followed.wants(an_entry(kind=ActivityKind.DELIVERY, source="courier", orders={order_key(2)}))
    assert not followed.wants(write)
    assert Followed("").wants(write)
