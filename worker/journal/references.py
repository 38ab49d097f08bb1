"""References in SQL: news of an order that is known by a number only, until it is the news of an order.

Such an order is a row of `orders`, whose id is the text of the reference. It has turns, a due time, holds and stops
like any other; it has no place and no steps. Once its order is found, that order gets the events, and the row goes.
"""

from sqlalchemy import Connection

from worker.domain.orders import OrderKey, Reference
from worker.domain.snapshot import DISMISSED
from worker.journal import reference_statements as statements
from worker.journal.intake_statements import statements as intake_statements
from worker.journal.turn_statements import REMARK


def known_as(connection: Connection, account: str, reference: Reference) -> list[str]:
    """The ids of the orders of *account*, two at most, that the journal knows by *reference*."""
    asked = {"its_account": account, "its_value": reference.value}
    return sorted(connection.execute(statements.KNOWN[reference.kind], asked).scalars())


def give(connection: Connection, row: int, key: OrderKey, order_id: str, now: int, decided: str = "") -> bool:
    """Give all news of the reference *key* to an order, which is due, and forget the reference.

    *row* is the reference's own, and locked. *decided* is why an operator says that it is this order: the number may be
    a misprint then, and is not taken for the order's own. False when the order has no room for so much news: nothing
    was changed.
    """
    reference = key.reference
    if reference is None:
        raise ValueError(f"{key} is no reference")
    news = connection.execute(statements.COUNT, {"its_row": row}).scalar_one()
    asked = {"account": key.account, "order_id": order_id, "now": now, "news": news}
    (moved,) = intake_statements(connection.dialect.name).order.run(connection, [asked])
    if moved is None:
        return False
    order, revision = moved
    given = {"its_row": row, "to_row": order, "to_revision": revision, "known_as": key.order_id}
    connection.execute(statements.GIVE, given)
    if reference.kind == "number" and not decided:
        connection.execute(statements.NAME, {"its_row": order, "known_as": reference.value})
    how = f"by an operator, for {reference.words}: {decided}" if decided else f"by its {reference.words}"
    connection.execute(REMARK, {"order": order, "at": now, "word": "found", "detail": how})
    connection.execute(statements.FORGET_REMARKS, {"its_row": row})
    connection.execute(statements.FORGET, {"its_row": row})
    return True


def search_anew(connection: Connection, key: OrderKey, now: int) -> bool:
    """Let the search for *key* begin anew; False if it is no reference whose search was stopped, or dismissed."""
    asked = {"its_account": key.account, "its_order_id": key.order_id, "at": now}
    (lifted,) = intake_statements(connection.dialect.name).lift.run(connection, [asked])
    return lifted is not None


def wake(connection: Connection, row: int) -> None:
    """Let the news of a reference wait again for its order."""
    connection.execute(statements.WAKE, {"its_row": row})


def search_anew_for(connection: Connection, delivery_id: int, now: int) -> tuple[OrderKey, ...]:
    """Begin anew the searches that have ended without a use for what a delivery brought; returns for what."""
    found = connection.execute(statements.ENDED, {"its_delivery": delivery_id}).all()
    for row in found:
        if not search_anew(connection, OrderKey(row.account, row.order_id), now):
            continue  # newer news has done so this very moment, and may have found the order
        wake(connection, row.id)
        said = f"{row.stop or DISMISSED}: delivery {delivery_id} was replayed"
        connection.execute(REMARK, {"order": row.id, "at": now, "word": "released", "detail": said})
    return tuple(OrderKey(row.account, row.order_id) for row in found)
