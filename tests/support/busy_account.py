"""An installation with two accounts: `main`, to which all sources belong, and `busy`, with a platform of its own."""

from contextlib import closing

from sqlalchemy import text

from tests.support.installation import Installation, Sandbox, account_at
from tests.support.programs import free_port
from worker.store.database.database import Database

BATCH_SIZE = 10_000
_ORDERS = """
INSERT INTO orders (account, order_id, revision, first_seen_at, updated_at, due, event_count)
WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
SELECT 'busy', CAST(n AS text), 1, :now, :now, :now - 3600000000 + n, 1 FROM numbers
"""
_EVENTS = """
INSERT INTO events (source, key, order_row, revision, name, occurred_at, received_at, result)
SELECT 'courier', 'busy-' || order_id, id, 1, 'order.completed', :now, :now, 'pending' FROM orders
WHERE account = 'busy' AND CAST(order_id AS bigint) BETWEEN :first AND :last
"""
"""Both statements run on both kinds of database."""


class WithBusyAccount(Installation):
    """One installation for two accounts: `sandbox` is the platform of `main`, `busy_sandbox` that of `busy`."""

    def __init__(self, database_url: str = "", **settings: str) -> None:
        port = free_port()
        about_main = {f"SOURCES__{name}__ACCOUNT": "main" for name in ("COURIER", "AWALCHAT")}
        super().__init__(database_url, **(account_at(port, "BUSY") | about_main | settings))
        self.busy_platform, self.busy_sandbox = self.add_platform(port, "sandbox of busy"), Sandbox(port)

    def make_due(self, orders: int, *, at_the_platform: int) -> None:
        """Make *orders* of `busy` due, lowest numbers first; its platform has the first *at_the_platform* of them."""
        for first in range(1, at_the_platform + 1, BATCH_SIZE):
            numbers = range(first, min(first + BATCH_SIZE, at_the_platform + 1))
            self.busy_sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in numbers])
        with closing(Database(self.database_url)) as database:
            for first in range(1, orders + 1, BATCH_SIZE):
                # In batches, so that a running worker can write in between.
                with database.write() as connection:
                    last = min(first + BATCH_SIZE - 1, orders)
                    values = {"first": first, "last": last, "now": database.now(connection)}
                    connection.execute(text(_ORDERS), values)
                    connection.execute(text(_EVENTS), values)

    def close(self) -> None:
        super().close()
        self.busy_sandbox.close()
