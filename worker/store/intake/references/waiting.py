"""References that wait for a parcel are due as soon as an order has an event that names this parcel.

A reference waits for the parcels that its own events name. A search that has stopped because no order was found begins
anew; a search that an operator has ended does not.

On PostgreSQL, all transactions lock rows in the sequence of `lock_sequence`, so that there is no deadlock.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import Connection

from worker.domain.evidence.carriers import concerns
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference, ReferenceKind
from worker.store.intake.arrivals import Arrival
from worker.store.intake.references import waiting_statements as statements
from worker.store.intake.references.statements import REOPEN_EVENTS

_PARCEL_KINDS: tuple[ReferenceKind, ReferenceKind] = ("tracking", "shipment")
"""The kinds of the columns of `PARCELS_OF`."""
References: TypeAlias = tuple[OrderKey, ...]
"""References in the sequence of their locks."""


def lock_sequence(key: OrderKey) -> tuple[bool, OrderKey]:
    """Return what sorts rows into the sequence of their locks: references first, because searches lock them first."""
    return not key.reference, key


def waiting_for(connection: Connection, arrivals: Iterable[Arrival]) -> Mapping[tuple[str, str], References]:
    """Return the references that wait for a parcel of one of *arrivals*, by the identity of the arrival.

    Only the first arrival of its delivery that names a parcel has the references, because there may be many of both.
    """
    names_of_accounts: dict[str, set[Reference]] = {}
    firsts: dict[object, Arrival] = {}
    for arrival in _awaited(connection, arrivals):
        account, names = arrival.event.order.account, _names(arrival)
        names_of_accounts.setdefault(account, set()).update(names)
        firsts.setdefault((arrival.delivery_id, account, names), arrival)
    waiting = {account: _by_name(connection, account, names) for account, names in names_of_accounts.items()}
    return {
        arrival.identity: _in_sequence(
            key
            for name in _names(arrival)
            for key in waiting[arrival.event.order.account].get(name, ())
            if key.reference and concerns(arrival.event, key.reference)
        )
        for arrival in firsts.values()
    }


def _awaited(connection: Connection, arrivals: Iterable[Arrival]) -> list[Arrival]:
    """Return those of *arrivals* that give an order a parcel for which a reference may wait."""
    of_orders = [arrival for arrival in arrivals if not arrival.event.order.reference]
    names: dict[ReferenceKind, set[tuple[str, str]]] = {kind: set() for kind in _PARCEL_KINDS}
    for arrival in of_orders:
        for name in _names(arrival):
            names[name.kind].add((arrival.event.order.account, name.value))
    found = {kind: _are_awaited(connection, kind, its_names) for kind, its_names in names.items()}
    if not any(found.values()):
        return []
    return [a for a in of_orders if any((a.event.order.account, n.value) in found[n.kind] for n in _names(a))]


def _names(arrival: Arrival) -> tuple[Reference, ...]:
    """Return the names of the parcel of *arrival*, in the form in which names compare."""
    return tuple(name._replace(value=name.comparable) for name in arrival.event.parcel_names)


def _are_awaited(
    connection: Connection, kind: ReferenceKind, names: Iterable[tuple[str, str]]
) -> Collection[tuple[str, str]]:
    """Return those of *names*, pairs of account and name, for which a reference waits. Most have none."""
    names = list(names)
    if not names:
        return ()
    statement = statements.is_awaited(connection.dialect.name, kind)
    found = statement.run(connection, [{"its_account": account, "its_name": name} for account, name in names])
    return {name for name, row in zip(names, found, strict=True) if row}


def _by_name(connection: Connection, account: str, names: Iterable[Reference]) -> Mapping[Reference, list[OrderKey]]:
    """Return the references of *account* that wait for a parcel with one of *names*, by the name.

    The names have the form in which names compare.
    """
    values: dict[str, object] = {f"its_{kind}": [n.value for n in names if n.kind == kind] for kind in _PARCEL_KINDS}
    # Two statements, because a planner might read all orders of the account for a join.
    rows = connection.execute(statements.WAITING_ROWS, {"its_account": account, **values}).all()
    its_rows = sorted({row.order_row for row in rows})
    waiting = statements.waiting(connection.dialect.name).run(connection, [{"its_row": row_id} for row_id in its_rows])
    keys = {row_id: OrderKey(account, row[0]) for row_id, row in zip(its_rows, waiting, strict=True) if row}
    by_name: dict[Reference, list[OrderKey]] = {}
    for row in rows:
        if row.order_row in keys:
            by_name.setdefault(Reference(row.kind, row.name), []).append(keys[row.order_row])
    return by_name


def _in_sequence(keys: Iterable[OrderKey]) -> References:
    return tuple(sorted(set(keys), key=lock_sequence))


def references_beside(connection: Connection, key: OrderKey, row_id: int) -> References:
    """Return the other references that wait for a parcel of the reference *key*, whose row has the id *row_id*."""
    rows = connection.execute(statements.PARCELS_OF, {"its_row": row_id}).all()
    names = {Reference(kind, name) for row in rows for kind, name in zip(_PARCEL_KINDS, row, strict=True) if name}
    waiting = _by_name(connection, key.account, names) if names else {}
    return _in_sequence(other for others in waiting.values() for other in others if _may_share(key, other))


def _may_share(key: OrderKey, other: OrderKey) -> bool:
    """Tell whether both references may be of one parcel: not if two restricted sources have given these names."""
    sources = {reference.source for each in (key, other) if (reference := each.reference)}
    return other != key and len(sources - {""}) <= 1


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


def wake_all(connection: Connection, keys: Sequence[OrderKey], instants: Mapping[OrderKey, Instant]) -> None:
    """Make those of the references *keys* that wait due at their *instants*, and lock them in this sequence."""
    values = [{"its_account": key.account, "its_order_id": key.order_id, "at": instants[key]} for key in keys]
    woken = statements.wake_by_key(connection.dialect.name).run(connection, values)
    if reopened := [{"its_row": row[0]} for row in woken if row]:
        connection.execute(REOPEN_EVENTS, reopened)
