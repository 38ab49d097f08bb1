"""References in SQL: rows for events that name their order by its number, or only name a parcel of it.

A reference is a row of `orders` whose `order_id` is the text of the reference. It has a lease, a due time, holds and
stops like an order, but no stage and no writes. When its order is found, the order gets the events, and the row of the
reference is deleted: see `attachment`.
"""

from collections.abc import Collection

from sqlalchemy import Connection

from worker.domain.evidence.reuse import ClosedOrder
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import AuditAction
from worker.store.audit import Entry, write_entries
from worker.store.intake.references import statements
from worker.store.intake.statements import statements as intake_statements
from worker.store.rows import events_of, order_of


def known_as(connection: Connection, account: str, references: Collection[Reference], source: str = "") -> list[str]:
    """Return the ids of the orders of *account* that the database knows by any of *references*, a few at most.

    *source* is the one that names the order if it is restricted: it does not know the parcels of other restricted ones.
    """
    ids: set[str] = set()
    for kind, statement in statements.KNOWN_AS.items():
        if values := [r.comparable for r in references if r.kind == kind and r.comparable]:
            asked = {"its_account": account, "its_values": values}
            by_event = {} if kind == "number" else {"its_source": source}
            ids.update(connection.execute(statement, asked | by_event).scalars())
    return sorted(ids)


def closed_among(connection: Connection, account: str, order_ids: Collection[str]) -> list[ClosedOrder]:
    """Return those of the orders of *account* that are closed, with all of their events."""
    parameters = {"its_account": account, "its_order_ids": sorted(order_ids)}
    rows = [(row.id, order_of(row)) for row in connection.execute(statements.CLOSED_AMONG, parameters)]
    return [ClosedOrder(order, events_of(connection, row_id, order.key)) for row_id, order in rows]


def carried_by_others(connection: Connection, account: str, order_ids: Collection[str], source: str) -> set[str]:
    """Return the ids of those of the orders of *account* that another source than *source* carries."""
    parameters = {"its_account": account, "its_order_ids": sorted(order_ids), "its_source": source}
    return set(connection.execute(statements.CARRIED_BY_OTHERS, parameters).scalars())


def restart_search(connection: Connection, key: OrderKey, now: Instant) -> bool:
    """Restart the search for the reference *key*. Returns False unless it was stopped or closed."""
    values = {"its_account": key.account, "its_order_id": key.order_id, "at": now}
    (restarted,) = intake_statements(connection.dialect.name).restart_search.run(connection, [values])
    return restarted is not None


def reopen_events(connection: Connection, reference_row: int) -> None:
    """Make the void events of a reference pending, because the search for its order starts again."""
    connection.execute(statements.REOPEN_EVENTS, {"its_row": reference_row})


def restart_searches_for(
    connection: Connection, delivery_id: int, now: Instant, note: str = ""
) -> tuple[OrderKey, ...]:
    """Restart the searches for a delivery's events that ended without an order, and return their references.

    The audit log keeps *note*, which says who replayed the delivery and why.
    """
    ended = connection.execute(statements.ENDED_SEARCHES, {"its_delivery": delivery_id}).all()
    for row in sorted(ended, key=lambda row: OrderKey(row.account, row.order_id)):
        if not restart_search(connection, OrderKey(row.account, row.order_id), now):
            continue  # a newer event has just restarted it, and its order may be found already
        reopen_events(connection, row.id)
        detail = f"{row.stop or AuditAction.CLOSED_BY_OPERATOR}: delivery {delivery_id} was replayed"
        detail = f"{detail}: {note}" if note else detail
        write_entries(connection, row.id, now, [Entry(AuditAction.RELEASED, detail)])
    return tuple(OrderKey(row.account, row.order_id) for row in ended)
