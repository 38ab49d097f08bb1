"""Whether the database agrees with itself, at any moment of a storm.

It is asked by SQL of the storm's own, and by the query that `doctor` uses.
"""

import threading
from contextlib import suppress

from sqlalchemy.exc import DBAPIError

from tests.storm.system import System
from tests.support.integrity import assert_integrity_at
from worker.domain.errors import StoreError

INTERVAL_SECONDS = 2.0
QUERIES = {
    "deliveries without an outcome": """
        SELECT count(*) AS n FROM deliveries
        WHERE outcome NOT IN ('accepted', 'duplicate', 'stale', 'quarantined')""",
    "accepted deliveries without an event": """
        SELECT count(*) AS n FROM deliveries d
        WHERE outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM events e WHERE e.delivery_id = d.id)""",
    "events without a result": """
        SELECT count(*) AS n FROM events
        WHERE result NOT IN ('pending', 'applied', 'superseded', 'noted', 'stopped', 'void')""",
    "orders with unseen events that nothing will look at": """
        SELECT count(*) AS n FROM orders
        WHERE revision > seen_revision AND due IS NULL AND lease_until IS NULL AND stop IS NULL""",
    "uncertain writes that nothing will look at": """
        SELECT count(*) AS n FROM orders
        WHERE sending IS NOT NULL AND due IS NULL AND lease_until IS NULL AND stop IS NULL AND closed IS NULL""",
}
"""Each counts rows that must not exist, in one statement and so at one moment."""


class IntegrityWatch:
    """Asks again and again. *checks* counts the rounds that the database answered, *violations* what was wrong."""

    def __init__(self, system: System) -> None:
        self._system, self._stopped = system, threading.Event()
        self.checks = 0
        self.violations: dict[str, int] = {}
        self._thread = threading.Thread(target=self._watch, name="integrity", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current round."""
        self._stopped.set()
        self._thread.join()

    def check(self) -> None:
        """Ask once."""
        for name, query in QUERIES.items():
            (row,) = self._system.rows(query)
            if row["n"]:
                self.violations[name] = max(self.violations.get(name, 0), row["n"])
        try:
            assert_integrity_at(self._system.database_url)
        except AssertionError as error:
            self.violations[str(error)] = 1
        self.checks += 1

    def _watch(self) -> None:
        while not self._stopped.wait(INTERVAL_SECONDS):
            with suppress(DBAPIError, StoreError):  # the database is away, which is one of the troubles
                self.check()
