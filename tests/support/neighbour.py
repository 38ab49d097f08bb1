"""A house of two accounts: `main`, of which all senders speak, and `busy`, which has a platform of its own."""

from contextlib import closing

from sqlalchemy import text

from tests.support.installation import Installation, Sandbox, account_at
from tests.support.programs import free_port
from worker.store.database.database import Database

BUSY = "busy"
A_FEW = 10_000
_ORDERS = """
INSERT INTO orders (account, order_id, revision, first_seen_at, updated_at, due, events)
WITH RECURSIVE numbers(n) AS (SELECT CAST(:first AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)
SELECT 'busy', CAST(n AS text), 1, :now, :now, :now - 3600000000 + n, 1 FROM numbers
"""
_NEWS = """
INSERT INTO events (source, key, "order", revision, name, occurred_at, received_at, "end")
SELECT 'courier', 'busy-' || order_id, id, 1, 'order.completed', :now, :now, 'pending' FROM orders
WHERE account = 'busy' AND CAST(order_id AS bigint) BETWEEN :first AND :last
"""
"""The same words on both databases."""


class SharedHouse(Installation):
    """One installation for two accounts, whose platforms are two sandboxes: `sandbox` is that of `main`."""

    def __init__(self, database_url: str = "", **settings: str) -> None:
        port = free_port()
        speak_of_main = {f"SOURCES__{name}__ACCOUNT": "main" for name in ("COURIER", "AWALCHAT")}
        super().__init__(database_url, **account_at(port, "BUSY"), **speak_of_main, **settings)
        self.busy_platform, self.busy_sandbox = self.add_platform(port, "sandbox of busy"), Sandbox(port)

    def burden(self, orders: int, at_the_platform: int) -> None:
        """Let *orders* of `busy` be due, the lowest numbers first; its platform knows the first few of them."""
        for first in range(1, at_the_platform + 1, A_FEW):
            known = range(first, min(first + A_FEW, at_the_platform + 1))
            self.busy_sandbox("POST", "/orders", [{"id": n, "payment_status": "paid"} for n in known])
        with closing(Database(self.database_url)) as database:
            for first in range(1, orders + 1, A_FEW):
                # A few at a time, so that a worker that runs meanwhile can write, too.
                with database.write() as connection:
                    numbers = {"first": first, "last": min(first + A_FEW - 1, orders), "now": database.now(connection)}
                    connection.execute(text(_ORDERS), numbers)
                    connection.execute(text(_NEWS), numbers)

    def close(self) -> None:
        super().close()
        self.busy_sandbox.close()
