"""References in SQL: rows for events that name their order by its number or by a tracking number.

A reference is a row of `orders` whose `order_id` is the text of the reference. It has a lease, a due time, holds and
stops like an order, but no stage and no writes. When its order is found, the order gets the events, and the row of the
reference is deleted.
"""

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import AuditAction
from worker.ports import Attached
from worker.store.audit import Entry, write_entries
from worker.store.intake import reference_statements as statements
from worker.store.intake.statements import statements as intake_statements


def known_as(connection: Connection, account: str, reference: Reference) -> list[str]:
    """Return the ids of the orders of *account*, at most two, that the database knows by *reference*."""
    values = {"its_account": account, "its_value": reference.value}
    return sorted(connection.execute(statements.KNOWN_AS[reference.kind], values).scalars())


def give_events(
    connection: Connection, reference_row: int, key: OrderKey, order_id: str, now: Instant, operator_reason: str = ""
) -> Attached:
    """Give all events of the reference *key* to the order *order_id*, make it due, and delete the reference.

    The caller has locked the row *reference_row*. *operator_reason* is set when an operator says which order it is:
    then the number may be a misprint, and is not recorded as the order's own. Never returns `Attached.OVERTAKEN`.
    """
    reference = key.reference
    if reference is None:
        raise ValueError(f"{key} is not a reference")
    count = connection.execute(statements.COUNT_EVENTS, {"its_row": reference_row}).scalar_one()
    order = {"account": key.account, "order_id": order_id, "now": now, "new_events": count}
    (due,) = intake_statements(connection.dialect.name).make_order_due.run(connection, [order])
    if due is None:
        return Attached.FULL
    order_row, revision = due
    moved = {"its_row": reference_row, "to_row": order_row, "to_revision": revision, "named_by": key.order_id}
    connection.execute(statements.MOVE_EVENTS, moved)
    if reference.kind == "number" and not operator_reason:
        connection.execute(statements.SET_NUMBER, {"its_row": order_row, "found_by": reference.value})
    write_entries(connection, order_row, now, [Entry(AuditAction.FOUND, _found_by(reference, operator_reason))])
    connection.execute(statements.DELETE_AUDIT_LOG, {"its_row": reference_row})
    connection.execute(statements.DELETE_REFERENCE, {"its_row": reference_row})
    return Attached.DONE


def _found_by(reference: Reference, operator_reason: str) -> str:
    if operator_reason:
        return f"by an operator, for {reference.words}: {operator_reason}"
    return f"by its {reference.words}"


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
    for row in ended:
        if not restart_search(connection, OrderKey(row.account, row.order_id), now):
            continue  # a newer event has just restarted it, and its order may be found already
        reopen_events(connection, row.id)
        detail = f"{row.stop or AuditAction.DISMISSED}: delivery {delivery_id} was replayed"
        write_entries(connection, row.id, now, [Entry(AuditAction.RELEASED, detail)])
    return tuple(OrderKey(row.account, row.order_id) for row in ended)
