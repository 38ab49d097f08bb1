"""The same events at the same time: one delivery is accepted, all others are duplicates, and no write fails."""

import multiprocessing
import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.events import KEY, a_delivery, a_hint, an_event
from worker.domain.errors import StoreUnavailable
from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery
from worker.store.database.database import Database
from worker.store.intake import intake
from worker.store.intake.intake import SqlIntake
from worker.store.intake.order_bodies import MAX_BYTES
from worker.store.intake.outcomes import Overtaken
from worker.store.intake.recording import record
from worker.store.tables import deliveries, events, orders

PROCESSES = multiprocessing.get_context("spawn")
EVENTS = 60
ORDERS = 5


def same_events() -> list[Event]:
    return [an_event(key=f"evt_{n}", order=OrderKey("main", str(n % ORDERS + 1))) for n in range(EVENTS)]


def deliver_all(url: str) -> list[tuple[str, str]]:
    database = Database(url)
    outcomes = [(event.key, SqlIntake(database).write(a_delivery(event)).outcome.value) for event in same_events()]
    database.close()
    return outcomes


def check_each_was_accepted_once(database: Database, outcomes: list[tuple[str, str]], senders: int) -> None:
    assert Counter(outcome for _, outcome in outcomes) == {"accepted": EVENTS, "duplicate": EVENTS * (senders - 1)}
    assert sorted(key for key, outcome in outcomes if outcome == "accepted") == sorted(e.key for e in same_events())
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(events)) == EVENTS
        assert connection.scalar(select(func.count()).select_from(deliveries)) == EVENTS * senders
        counts = connection.execute(select(orders.c.revision, orders.c.event_count)).all()
        assert [tuple(row) for row in counts] == [(EVENTS // ORDERS, EVENTS // ORDERS)] * ORDERS
        revisions = connection.execute(select(events.c.order_row, events.c.revision)).all()
        assert len(set(map(tuple, revisions))) == EVENTS


def test_each_event_that_several_threads_deliver_is_accepted_once(database: Database):
    sql = SqlIntake(database)

    def deliver(_: int) -> list[tuple[str, str]]:
        return [(event.key, sql.write(a_delivery(event)).outcome) for event in same_events()]

    check_each_was_accepted_once(database, list(chain.from_iterable(at_once(deliver, range(6)))), 6)


def test_each_event_that_several_processes_deliver_is_accepted_once(database: Database, database_url: str):
    with PROCESSES.Pool(3) as pool:
        outcomes = pool.map(deliver_all, [database_url] * 3, chunksize=1)
    check_each_was_accepted_once(database, list(chain.from_iterable(outcomes)), 3)


@pytest.mark.parametrize("elsewhere", [False, True], ids=["of the same orders", "under the same keys, of other orders"])
def test_groups_that_write_the_same_rows_in_another_order_do_not_block_each_other(
    database: Database, database_url: str, elsewhere: bool
):
    other = Database(database_url)

    def deliveries_of(group: int, backwards: bool) -> list[Delivery]:
        first_order = 1000 if backwards and elsewhere else 0
        its_events = [
            an_event(key=f"evt_{group}_{n}", order=OrderKey("main", str(first_order + n))) for n in range(1, 31)
        ]
        return [a_delivery(event) for event in (its_events[::-1] if backwards else its_events)]

    def write(group: int, backwards: bool) -> None:
        with suppress(Overtaken), (other if backwards else database).write() as connection:
            record(connection, deliveries_of(group, backwards))

    for group in range(20):
        at_once(partial(write, group), [False, True])
    other.close()


def test_a_stale_delivery_that_several_threads_write_is_kept_once(database: Database):
    sql = SqlIntake(database)
    ids = at_once(lambda _: sql.write(a_delivery(keep_once="courier/evt_1")).delivery_id, range(4))
    assert ids.count(None) == 3


def test_a_delivery_overtaken_by_its_repetition_is_a_duplicate_and_changes_nothing_else(
    contested: Database, postgresql_url: str
):
    sql = SqlIntake(contested)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            (first,) = record(connection, [a_delivery(an_event(key="evt_1"))])
            second = pool.submit(sql.write, a_delivery(an_event(key="evt_1")))
            wait_until_blocked(postgresql_url)
        receipt = second.result()
    assert (first.outcome, receipt.outcome, receipt.event_id) == ("accepted", "duplicate", first.event_id)
    with contested.read() as connection:
        assert connection.execute(select(orders.c.revision, orders.c.event_count)).all() == [(1, 1)]
        assert connection.scalar(select(func.count()).select_from(deliveries)) == 2


def test_a_repeated_hint_whose_order_is_pruned_meanwhile_is_new_again(contested: Database, postgresql_url: str):
    sql = SqlIntake(contested)
    sql.write(a_delivery(a_hint()))
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            connection.execute(delete(events))
            connection.execute(delete(orders))
            repeated = pool.submit(sql.write, a_delivery(a_hint()))
            wait_until_blocked(postgresql_url)
        receipt = repeated.result()
    assert (receipt.outcome, receipt.wake_ups) == ("accepted", (KEY,))


def test_a_delivery_that_is_overtaken_every_time_is_unavailable_after_a_few_attempts(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    def always(*_: object) -> None:
        raise Overtaken

    monkeypatch.setattr(intake, "record", always)
    with pytest.raises(StoreUnavailable, match="other transactions write the same events"):
        SqlIntake(database).write(a_delivery(unusable=QuarantineReason.NOT_JSON))


@pytest.mark.parametrize(
    ("before", "meanwhile", "arriving", "reason"),
    [
        ({"event_count": 998}, {"event_count": 1000}, an_event(key="evt_2"), "too_many_events"),
        (
            {},
            {"carrier": "other", "carrier_by": "other"},
            an_event(key="evt_2", restricted=True, carrier="courier"),
            "not_your_order",
        ),
        (
            {"carrier": "north", "carrier_by": "other"},
            {"carrier": "", "carrier_by": ""},
            an_event(EventName.RETURNED, "T1", key="evt_2", source="north", restricted=True),
            "not_your_order",
        ),
    ],
    ids=["its room", "its carrier", "its carrier, by an operator who assigns it to nobody"],
)
def test_an_event_whose_order_loses_what_it_needs_meanwhile_is_judged_again(
    contested: Database,
    postgresql_url: str,
    before: dict[str, Any],
    meanwhile: dict[str, Any],
    arriving: Event,
    reason: str,
):
    sql = SqlIntake(contested)
    sql.write(a_delivery(an_event(key="evt_1")))
    with contested.write() as connection:
        connection.execute(orders.update().values(lane=0, **before))
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            connection.execute(orders.update().values(meanwhile))
            waiting = pool.submit(sql.write, a_delivery(arriving))
            wait_until_blocked(postgresql_url)
        assert waiting.result().reason == reason
    with contested.read() as connection:
        assert connection.scalar(select(func.count()).select_from(deliveries)) == 2


def test_a_body_for_which_another_transaction_has_taken_the_room_is_not_kept(contested: Database, postgresql_url: str):
    sql = SqlIntake(contested)
    sql.write(a_delivery(an_event(key="evt_1")))
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            connection.execute(orders.update().values(body_bytes=MAX_BYTES - 999))
            waiting = pool.submit(sql.write, a_delivery(an_event(key="evt_2"), body=os.urandom(1000)))
            wait_until_blocked(postgresql_url)
        assert waiting.result().outcome == "accepted"
    with contested.read() as connection:
        assert connection.scalars(select(deliveries.c.body).order_by(deliveries.c.id)).all()[1] is None
        assert connection.scalar(select(orders.c.body_bytes)) == MAX_BYTES - 999


FIRST, LAST = OrderKey("main", "3"), OrderKey("main", "5")


def parcel_of(order: OrderKey, key: str, **fields: Any) -> Event:
    return an_event(EventName.IN_TRANSIT, order=order, key=key, **{"tracking": "A", **fields})


@pytest.mark.parametrize(
    ("arriving", "its_reason"),
    [
        ([parcel_of(LAST, "K"), parcel_of(FIRST, "K"), parcel_of(FIRST, "L")], "key_reused"),
        ([parcel_of(LAST, "K"), parcel_of(LAST, "L"), parcel_of(FIRST, "M"), parcel_of(FIRST, "N")], None),
        (
            [parcel_of(LAST, "K", tracking=""), parcel_of(FIRST, "K"), parcel_of(LAST, "L")],
            "which_parcel",
        ),
    ],
    ids=["a repeated key", "several events of an order", "an event that cannot be used"],
)
def test_a_delivery_that_waits_for_an_order_has_locked_none_after_it(
    contested: Database, postgresql_url: str, arriving: list[Event], its_reason: str | None
):
    sql = SqlIntake(contested)
    sql.write(a_delivery(*(parcel_of(LAST, tracking, tracking=tracking) for tracking in ("A", "B"))))
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [a_delivery(parcel_of(FIRST, "e"))])
            waiting = pool.submit(sql.write, a_delivery(*arriving))
            wait_until_blocked(postgresql_url)
            record(connection, [a_delivery(parcel_of(LAST, "f"))])
        assert waiting.result().reason == its_reason


def test_stale_deliveries_that_wait_for_their_repetition_keep_none_after_it(contested: Database, postgresql_url: str):
    first, last = (a_delivery(keep_once=f"courier/evt_{n}") for n in (1, 3))  # in the sequence of their digests
    other = SqlIntake(contested)
    with ThreadPoolExecutor(1) as pool:
        with contested.write() as connection:
            record(connection, [first])
            waiting = pool.submit(other._write_generally, [last, first])  # noqa: SLF001 - a group
            wait_until_blocked(postgresql_url)
            record(connection, [last])
        assert [receipt.outcome for receipt in waiting.result()] == ["stale", "stale"]


def test_batches_that_repeat_keys_and_fill_orders_do_not_block_each_other(database: Database):
    sql, chance = SqlIntake(database), random.Random(7)
    keys = [OrderKey("main", order_id) for order_id in ("number:A", "number:B", "tracking:T1", "1", "2", "3")]
    sql.write(a_delivery(*(parcel_of(key, f"first {key}") for key in keys)))
    with database.write() as connection:
        connection.execute(orders.update().where(orders.c.order_id.in_(["number:A", "2"])).values(event_count=990))

    def some_batch(sender: int, number: int) -> Delivery:
        chosen = [(chance.choice(keys), chance.randrange(4)) for _ in range(8)]
        return a_delivery(
            *(parcel_of(key, f"{sender} {number} {n}", tracking=chance.choice(["", "T1"])) for key, n in chosen)
        )

    batches = [[some_batch(sender, number) for number in range(40)] for sender in range(3)]

    def write(its_batches: list[Delivery]) -> None:
        for batch in its_batches:
            with database.write() as connection:
                record(connection, [batch])

    at_once(write, batches)
    with database.read() as connection:
        written = connection.scalar(select(func.count()).select_from(events)) or 0
        assert connection.scalar(select(func.sum(orders.c.event_count))) == written + 2 * 989
        assert (connection.scalar(select(func.max(orders.c.event_count))) or 0) <= 1000
        revisions = connection.execute(select(events.c.order_row, events.c.revision)).all()
        assert len(set(map(tuple, revisions))) == written
