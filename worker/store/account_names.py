"""The names of the accounts that have orders, also of those that the settings do not name any more."""

from sqlalchemy import Connection, func, select

from worker.store.tables import orders


def accounts_with_orders(connection: Connection) -> list[str]:
    """Return the names of the accounts that have orders, with one search in the index for each."""
    first = select(func.min(orders.c.account).label("name")).cte("accounts", recursive=True)
    later = orders.alias()
    following = select(func.min(later.c.account)).where(later.c.account > first.c.name).scalar_subquery()
    names = first.union_all(select(following).where(first.c.name.is_not(None)))
    return list(connection.execute(select(names.c.name).where(names.c.name.is_not(None))).scalars())
