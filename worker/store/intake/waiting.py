"""References that wait for a parcel are due as soon as an order has an event that names this parcel.

A reference waits for the parcels that its own events name. A search that has stopped because no order was found begins
anew; a search that an operator has ended does not.

On PostgreSQL, all transactions lock rows in the sequence of `lock_sequence`, so that there is no deadlock.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference, ReferenceKind
from worker.store.intake import waiting_statements as statements
from worker.store.intake.judgement import Arrival
from worker.store.intake.reference_statements import REOPEN_EVENTS

_PARCEL_KINDS: tuple[ReferenceKind, ReferenceKind] = ("tracking", "shipment")
"""The kinds of the columns of `PARCELS_OF`."""


def lock_sequence(key: OrderKey) -> tuple[bool, OrderKey]:
    """Return what sorts rows into the sequence of their locks: references first, because searches lock them first."""
    return not key.reference, key


def awaited(connection: Connection, arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Return those of *arrivals* that give an order a parcel for which a reference may wait."""
    of_orders = [arrival for arrival in arrivals if not arrival.event.order.reference]
    by_tracking = _are_awaited(connection, "tracking", {a.event.tracking for a in of_orders})
    by_shipment = _are_awaited(connection, "shipment", {a.event.shipment for a in of_orders})
    return [a for a in of_orders if a.event.tracking in by_tracking or a.event.shipment in by_shipment]


def _are_awaited(connection: Connection, kind: ReferenceKind, names: Collection[str]) -> Collection[str]:
    """Return those of *names* for which a reference of any account waits. Nearly all events have no shipment id."""
    names = sorted(filter(None, names))
    if not names:
        return ()
    statement = statements.is_awaited(connection.dialect.name, kind)
    found = statement.run(connection, [{"its_name": name} for name in names])
    return {name for name, row in zip(names, found, strict=True) if row}


def references_for(connection: Connection, account: str, parcels: Collection[Reference]) -> tuple[OrderKey, ...]:
    """Return the references of *account* that wait for one of *parcels*, in the sequence of their locks."""
    names = {
        "its_tracking": [name.value for name in parcels if name.kind == "tracking"],
        "its_shipment": [name.value for name in parcels if name.kind == "shipment"],
    }
    # Two statements, because a planner might read all orders of the account for a join.
    rows = connection.execute(statements.WAITING_ROWS, names).scalars().all()
    if not rows:
        return ()
    waiting = connection.execute(statements.WAITING, {"its_account": account, "its_rows": rows}).scalars()
    return tuple(sorted((OrderKey(account, reference) for reference in waiting), key=lock_sequence))


def references_beside(connection: Connection, key: OrderKey, row_id: int) -> tuple[OrderKey, ...]:
    """Return the other references that wait for a parcel of the reference *key*, whose row has the id *row_id*."""
    rows = connection.execute(statements.PARCELS_OF, {"its_row": row_id}).all()
    names = {Reference(kind, name) for row in rows for kind, name in zip(_PARCEL_KINDS, row, strict=True) if name}
    return tuple(other for other in references_for(connection, key.account, names) if other != key)


def lock(connection: Connection, key: OrderKey) -> int | None:
    """Lock a reference until the transaction ends, and return the id of its row; None when its order was just found."""
    values = {"its_account": key.account, "its_order_id": key.order_id}
    return connection.execute(statements.LOCK, values).scalar()


def lock_if_free(connection: Connection, key: OrderKey) -> int | None:
    """Like `lock`, but never wait: return None when another transaction has locked the reference."""
    values = {"its_account": key.account, "its_order_id": key.order_id}
    return connection.execute(statements.LOCK_IF_FREE, values).scalar()


def wake(connection: Connection, row_id: int, now: Instant) -> None:
    """Make a reference that waits due at *now*, and its events pending. The caller has locked its row."""
    if connection.execute(statements.WAKE, {"its_row": row_id, "at": now}).scalar() is not None:
        connection.execute(REOPEN_EVENTS, {"its_row": row_id})
