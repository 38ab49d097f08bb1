"""What the database's tables hold, for tests that look into them."""

from typing import Any

from sqlalchemy import RowMapping, Table, select

from tests.support.events import KEY
from worker.domain.orders import OrderKey
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.tables import audit_log, budgets, deliveries, events, holds, orders, writes

_ORDER_KEYS = select(orders.c.account, orders.c.order_id).order_by(orders.c.id)


def rows(database: Database, table: Table) -> list[Any]:
    """Return all rows of a table with an id, in the order in which they were written."""
    with database.read() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def due(database: Database) -> int | None:
    """Return when the only order is due."""
    (order,) = rows(database, orders)
    at: int | None = order.due
    return at


class Tables:
    """Reads the tables of *database*, and changes what only a test would change."""

    database: Database

    def row(self, key: OrderKey = KEY) -> RowMapping:
        """Return the order's row."""
        with self.database.read() as connection:
            return connection.execute(select(orders).where(has_key(key))).mappings().one()

    def change(self, key: OrderKey = KEY, **columns: object) -> None:
        """Set columns of the order's row."""
        with self.database.write() as connection:
            connection.execute(orders.update().where(has_key(key)).values(columns))

    def order_keys(self) -> list[OrderKey]:
        """Return every order in the database, the oldest first, also those known by a reference only."""
        with self.database.read() as connection:
            return [OrderKey(*row) for row in connection.execute(_ORDER_KEYS)]

    def event_results(self) -> dict[str, str]:
        """Return the result of each event, by its key."""
        return {row["key"]: row["result"] for row in self.event_rows()}

    def event_rows(self) -> list[RowMapping]:
        """Return every event's row."""
        return self._rows(events)

    def delivery_details(self) -> list[str]:
        """Return the detail of each delivery."""
        return [row["detail"] for row in self._rows(deliveries)]

    def writes(self) -> list[tuple[str, str]]:
        """Return every write that was announced, as (stage, outcome)."""
        return [(row["stage"], row["outcome"]) for row in self._rows(writes)]

    def write_rows(self) -> list[RowMapping]:
        """Return every row of the writes."""
        return self._rows(writes)

    def answers(self) -> list[str]:
        """Return the platform's answer to each write."""
        return [row["answer"] for row in self._rows(writes)]

    def audit_actions(self) -> list[str]:
        """Return the action of each entry of the audit log."""
        return [row["action"] for row in self.audit_rows()]

    def audit_rows(self) -> list[RowMapping]:
        """Return every row of the audit log."""
        return self._rows(audit_log)

    def hold_ends(self) -> dict[str, int | None]:
        """Return when each hold ends, by its reason."""
        with self.database.read() as connection:
            return {row.reason: row.until for row in connection.execute(select(holds.c.reason, holds.c.until))}

    def hold_details(self) -> dict[str, str]:
        """Return the detail of each hold, by its reason."""
        with self.database.read() as connection:
            return {row.reason: row.detail for row in connection.execute(select(holds))}

    def probed_accounts(self) -> list[str]:
        """Return the accounts that are held until a probe lifts their hold."""
        query = select(holds.c.account).where(holds.c.reason.in_(["credentials", "outage"])).distinct()
        with self.database.read() as connection:
            return list(connection.execute(query.order_by(holds.c.account)).scalars())

    def resumptions(self) -> dict[str, int]:
        """Return when the last hold of each account ended."""
        query = select(budgets.c.account, budgets.c.resumed_at).where(budgets.c.resumed_at.is_not(None))
        with self.database.read() as connection:
            return dict(connection.execute(query).all())

    def next_probes(self) -> dict[str, int | None]:
        """Return when each hold is probed next, by its reason."""
        with self.database.read() as connection:
            return {row.reason: row.next_probe for row in connection.execute(select(holds))}

    def _rows(self, table: Table) -> list[RowMapping]:
        with self.database.read() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)).mappings())
