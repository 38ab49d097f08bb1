"""The plain way and the general way of the intake come to the same rows and receipts, whatever comes together."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select, update

from tests.support.clock import START
from tests.support.events import SHIPMENT_EVENTS, a_delivery, an_event
from tests.support.tables import rows
from worker.domain.events import Event, EventName
from worker.domain.evidence.carriers import taken_by
from worker.domain.instants import MINUTE
from worker.domain.kept import KeptBounds
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery, Receipt
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.tables import counters, deliveries, events, kept, metadata, orders

BOUNDS = {"merchant": KeptBounds(15, 5000), "north": KeptBounds(8)}
GROUPS = st.lists(st.tuples(st.integers(0, 2**32), st.integers(3, 9)), min_size=6, max_size=10)
"""Groups of deliveries: what chance begins with, and how many they are."""


def some_event(chance: random.Random) -> Event:
    """Return an event that may be new, repeated, contradictory, restricted, of a reference, or assign its order."""
    source = chance.choice(["merchant", "merchant", "north", "south"])
    is_restricted = source != "merchant"
    name = chance.choice([EventName.HINT, EventName.ORDER_SHIPPED, EventName.ORDER_SHIPPED, *sorted(SHIPMENT_EVENTS)])
    order = OrderKey("main", chance.choice([*"1112345678", "tracking:T3", "number:N"]))
    if is_restricted and order.reference:
        order = order._replace(order_id=str(order.reference._replace(source=source)))
    is_of_parcel = name in SHIPMENT_EVENTS
    return an_event(
        name,
        chance.choice(["T1", "T1", "t-2", "t-2", "T3", ""]) if is_of_parcel else "",
        at=START + chance.randrange(100),
        source=source,
        key=f"evt_{chance.randrange(90)}",
        order=order,
        # A source may have been restricted only lately.
        restricted=is_restricted and name is not EventName.HINT and chance.random() < 0.8,
        carrier=chance.choice(["", *[taken_by(name, source)] * 3] if is_restricted else [""] * 9 + ["north"]),
        parcels=chance.choice([None, None, 2]),
        shipment=chance.choice(["", "", "S1"]) if is_of_parcel else "",
    )


def some_delivery(chance: random.Random, number: int) -> Delivery:
    """Return a delivery that can be plain mostly, with a small or a large body."""
    fields: dict[str, Any] = {
        "received_at": START + MINUTE + number,
        "body": chance.randbytes(chance.choice([100, 100, 100, 600, 70_000])),
        "max_unknown": chance.choice([None, 1000]),
        "detail": chance.choice(["", "", "odd"]),
        "headers": chance.choice(["", '{"date":"\\u00e9"}']),
        "named": chance.choice([None, OrderKey("main", "number:N")]),
    }
    match chance.randrange(20):
        case 0:
            return a_delivery(source="merchant", unusable=QuarantineReason.NOT_JSON, **fields)
        case 1:
            return a_delivery(source="merchant", keep_once=f"merchant/{chance.randrange(2)}", **fields)
        case _:
            its_events = [some_event(chance) for _ in range(chance.choice([1, 1, 1, 1, 2, 3]))]
            its_source = its_events[0].source
            return a_delivery(*(e for e in its_events if e.source == its_source), source=its_source, **fields)


def groups_of(drawn: Sequence[tuple[int, int]]) -> Iterator[list[Delivery]]:
    numbers = count()
    for seed, size in drawn:
        chance = random.Random(seed)
        yield [some_delivery(chance, next(numbers)) for _ in range(size)]


def empty(database: Database) -> None:
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))


def almost_fill(connection: Connection) -> None:
    """Leave room for two events in each order that has an odd id, and for a small body in the others."""
    its_number = orders.c.order_id
    connection.execute(update(orders).where(its_number.in_(["1", "3"])).values(event_count=998))
    connection.execute(update(orders).where(its_number.in_(["2"])).values(body_bytes=262_000, lane=0))


def contents(database: Database, receipts: Sequence[Receipt | Exception]) -> dict[str, Any]:
    """Return the receipts and all that was written, without the ids of rows."""
    nth = {row.id: row.received_at - START for row in rows(database, deliveries)}
    key_of = {row.id: (row.source, row.key) for row in rows(database, events)}
    order_of = {row.id: (row.account, row.order_id) for row in rows(database, orders)}

    def columns(row: Any, *ids: str) -> dict[str, Any]:
        return {name: value for name, value in row._asdict().items() if name not in {"id", *ids}}

    def named(text: str) -> str:
        return " ".join("#" if word.isdecimal() else word for word in text.split())

    with database.read() as connection:
        counts = [sorted(map(tuple, connection.execute(select(table)))) for table in (counters, kept)]
    return {
        "receipts": [
            (r.outcome, r.reason, r.wake_ups, key_of.get(r.event_id or 0), nth.get(r.delivery_id or 0))
            for r in receipts
            if isinstance(r, Receipt)
        ],
        "deliveries": {nth[row.id]: columns(row) | {"detail": named(row.detail)} for row in rows(database, deliveries)},
        "orders": {order_of[row.id]: columns(row) for row in rows(database, orders)},
        "events": {
            key_of[row.id]: (
                columns(row, "delivery_id", "order_row"),
                nth.get(row.delivery_id),
                order_of[row.order_row],
            )
            for row in rows(database, events)
        },
        "counts": counts,
    }


class Ways:
    """An intake, and how many deliveries it has written each way."""

    def __init__(self, database: Database) -> None:
        self.database, self.counts = database, Counter[str]()

    def both(self, drawn: Sequence[tuple[int, int]]) -> tuple[list[list[list[Delivery]]], dict[str, Any]]:
        """Write the groups, and return how each was parted, and what is there then."""
        intake, parted, receipts = SqlIntake(self.database, BOUNDS), list[list[list[Delivery]]](), list[Any]()
        plain = intake._plain  # noqa: SLF001 - to see what it takes
        for number, group in enumerate(groups_of(drawn)):
            taken = plain.write(group)
            others = [delivery for index, delivery in enumerate(group) if index not in taken]
            parted.append([[group[index] for index in taken], others])
            self.counts.update(plain=len(taken), general=len(others))
            receipts += taken.values()
            receipts += intake._write_generally(others) if others else []  # noqa: SLF001 - same
            self._after(number)
        return parted, contents(self.database, receipts)

    def generally(self, parted: list[list[list[Delivery]]]) -> dict[str, Any]:
        """Write the parts of the groups the general way, and return what is there then."""
        intake, receipts = SqlIntake(self.database, BOUNDS), list[Receipt | Exception]()
        for number, parts in enumerate(parted):
            for part in filter(None, parts):
                receipts += intake._write_generally(part)  # noqa: SLF001 - same
            self._after(number)
        return contents(self.database, receipts)

    def _after(self, number: int) -> None:
        if number == 1:
            with self.database.write() as connection:
                almost_fill(connection)


def test_any_deliveries_come_to_the_same_rows_and_receipts_by_both_ways(database: Database):
    ways = Ways(database)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(GROUPS)
    def compare(drawn: list[tuple[int, int]]) -> None:
        empty(database)
        parted, both = ways.both(drawn)
        empty(database)
        assert ways.generally(parted) == both

    compare()
    assert min(ways.counts.values()) > 50, "both ways are used"
