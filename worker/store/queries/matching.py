"""What an operator is looking for in lists of orders: a part of a text, or the whole name of an order."""

from sqlalchemy import ColumnElement, Connection, Select, func, literal, or_, select, union_all

from worker.domain.orders import REFERENCE_WORDS
from worker.domain.tracking import normal_form
from worker.store.account_names import accounts_with_orders
from worker.store.tables import TRACKED, events, orders

MAX_NAMED = 50
"""How many orders that have exactly the given name are found."""


def contains(text: str) -> ColumnElement[bool]:
    """The detail of the order's stop or wait, its id or its number has *text*, in small or capital letters."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # The database itself makes both small, because databases differ in what they know of letters.
    pattern = func.lower(literal(f"%{escaped}%"))
    columns = (orders.c.stop_detail, orders.c.waiting_detail, orders.c.order_id, orders.c.number)
    return or_(*(func.lower(column).like(pattern, escape="\\") for column in columns))


def rows_named(connection: Connection, text: str, account: str) -> list[int]:
    """Return the row ids of the orders whose id, number, reference or tracking number is *text*; of any age.

    Indexes find them. *account* is empty for all accounts.
    """
    accounts = [account] if account else accounts_with_orders(connection)
    ids = [text, *(f"{kind}:{text}" for kind in REFERENCE_WORDS)]
    queries = [
        _limited(select(orders.c.id).where(orders.c.account.in_(accounts), orders.c.order_id.in_(ids))),
        _limited(
            select(orders.c.id).where(
                orders.c.account.in_(accounts), orders.c.number == text, orders.c.number != literal("")
            )
        ),
    ]
    if form := normal_form(text):
        queries.append(_limited(select(events.c.order_row).where(events.c.tracking_form == form, TRACKED)))
    return list(connection.execute(union_all(*queries)).scalars())


def _limited(query: Select[int]) -> Select[int]:
    limited = query.limit(MAX_NAMED).subquery()
    return select(limited.c[0])
