"""References in SQL: rows for events that name their order by its number, or only name a parcel of it.

A reference is a row of `orders` whose `order_id` is the text of the reference. It has a lease, a due time, holds and
stops like an order, but no stage and no writes. When its order is found, the order gets the events, and the row of the
reference is deleted.
"""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import AuditAction
from worker.ports import Attached
from worker.store.audit import Entry, write_entries
from worker.store.intake import reference_statements as statements
from worker.store.intake.statements import statements as intake_statements
from worker.store.intake.waiting import lock, lock_if_free, lock_sequence, references_beside, wake


def known_as(connection: Connection, account: str, references: Collection[Reference]) -> list[str]:
    """Return the ids of the orders of *account* that the database knows by any of *references*, at most two."""
    ids: set[str] = set()
    for kind, statement in statements.KNOWN_AS.items():
        if values := [reference.value for reference in references if reference.kind == kind]:
            ids.update(connection.execute(statement, {"its_account": account, "its_values": values}).scalars())
    return sorted(ids)[: statements.ENOUGH]


class FoundBy(NamedTuple):
    """What has led to the order of a reference, other than this very reference: `a parcel`, or a person's decision."""

    what: str
    reason: str = ""


def lock_reference(connection: Connection, key: OrderKey, reference_row: int) -> None:
    """Lock the reference *key*, whose row has the id *reference_row*, and all that wait for a parcel of its events."""
    others = references_beside(connection, key, reference_row)
    for each in sorted((key, *others), key=lock_sequence):
        lock(connection, each)


def give_events(
    connection: Connection,
    reference_row: int,
    key: OrderKey,
    order_id: str,
    now: Instant,
    found_by: FoundBy | None = None,
) -> Attached:
    """Give all events of the reference *key* to the order *order_id*, make it due, and delete the reference.

    Other references that wait for a parcel of these events are due, too. The caller has locked all of them by
    `lock_reference`. *found_by* is None when the order was found by this very reference; else a number may be a
    misprint, and is not recorded as the order's own. Never returns `Attached.OVERTAKEN`.
    """
    reference = key.reference
    if reference is None:
        raise ValueError(f"{key} is not a reference")
    # Nearly all are locked already. If one has just come in and is locked by another transaction, it is due anyway.
    others = [lock_if_free(connection, other) for other in references_beside(connection, key, reference_row)]
    count = connection.execute(statements.COUNT_EVENTS, {"its_row": reference_row}).scalar_one()
    order = {"account": key.account, "order_id": order_id, "now": now, "last": now, "revisions": 1}
    (due,) = intake_statements(connection.dialect.name).make_order_due.run(
        connection, [{**order, "new_events": count, "needed": count}]
    )
    if due is None:
        return Attached.FULL
    order_row, revision, _ = due
    moved = {"its_row": reference_row, "to_row": order_row, "to_revision": revision, "named_by": key.order_id}
    connection.execute(statements.MOVE_EVENTS, moved)
    if reference.kind == "number" and found_by is None:
        connection.execute(statements.SET_NUMBER, {"its_row": order_row, "found_by": reference.value})
    write_entries(connection, order_row, now, [Entry(AuditAction.FOUND, _detail(reference, found_by))])
    connection.execute(statements.DELETE_AUDIT_LOG, {"its_row": reference_row})
    connection.execute(statements.DELETE_REFERENCE, {"its_row": reference_row})
    for row_id in filter(None, others):
        wake(connection, row_id, now)
    return Attached.DONE


def _detail(reference: Reference, found_by: FoundBy | None) -> str:
    if found_by is None:
        return f"by its {reference.words}"
    reason = f": {found_by.reason}" if found_by.reason else ""
    return f"by {found_by.what}, for {reference.words}{reason}"


def restart_search(connection: Connection, key: OrderKey, now: Instant) -> bool:
    """Restart the search for the reference *key*. Returns False unless it was stopped or dismissed."""
    values = {"its_account": key.account, "its_order_id": key.order_id, "at": now}
    (restarted,) = intake_statements(connection.dialect.name).restart_search.run(connection, [values])
    return restarted is not None


def reopen_events(connection: Connection, reference_row: int) -> None:
    """Make the void events of a reference pending, because the search for its order starts again."""
    connection.execute(statements.REOPEN_EVENTS, {"its_row": reference_row})


def restart_searches_for(connection: Connection, delivery_id: int, now: Instant) -> tuple[OrderKey, ...]:
    """Restart the searches for a delivery's events that ended without an order, and return their references."""
    ended = connection.execute(statements.ENDED_SEARCHES, {"its_delivery": delivery_id}).all()
    for row in sorted(ended, key=lambda row: OrderKey(row.account, row.order_id)):
        if not restart_search(connection, OrderKey(row.account, row.order_id), now):
            continue  # a newer event has just restarted it, and its order may be found already
        reopen_events(connection, row.id)
        detail = f"{row.stop or AuditAction.DISMISSED}: delivery {delivery_id} was replayed"
        write_entries(connection, row.id, now, [Entry(AuditAction.RELEASED, detail)])
    return tuple(OrderKey(row.account, row.order_id) for row in ended)
