"""Intake in SQL: a delivery and its events are on disk before anybody is told that they arrived."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection

from worker.domain.errors import IllegalRequest, JournalUnavailable
from worker.journal.database import PATIENCE, Database
from worker.journal.group import GroupCommit
from worker.journal.intake_statements import AMEND_DELIVERY, DELIVERY_TO_REPLAY, statements
from worker.journal.news import Overtaken
from worker.journal.outcomes import Outcome
from worker.journal.recording import amend, record, weigh
from worker.journal.references import search_anew_for
from worker.ports import Delivery, Receipt

ATTEMPTS = 3
"""A delivery that was overtaken finds at its second look what overtook it."""
T = TypeVar("T")

REPLAYABLE = frozenset({Outcome.QUARANTINED, Outcome.STALE})


class SqlIntake:
    """The port `Intake` on one database, and what an operator may do with a stored delivery."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock()
        self._together = GroupCommit(self._write_all, PATIENCE / 2)

    def now(self) -> int:
        return self._clock()

    def write(self, delivery: Delivery) -> Receipt:
        # The receiver has just read this very clock: asking again would cost each request a round trip.
        return self._together(delivery)

    def _write_all(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        return self._transact(lambda connection: record(connection, deliveries))

    def tally(self, counts: Mapping[tuple[str, str], int]) -> None:
        # Sorted, so that two receivers never wait for one another's rows.
        rows = [
            {"source": source, "outcome": outcome, "count": count}
            for (source, outcome), count in sorted(counts.items())
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(statements(connection.dialect.name).tally, rows)

    def replay(self, delivery_id: int, delivery: Delivery) -> Receipt:
        """Give a quarantined or stale delivery the outcome that a new reading of it, *delivery*, comes to.

        An accepted one whose order was looked for in vain keeps its outcome, and has it looked for again. Raises
        `IllegalRequest` when there is no such delivery, or its events were taken in and are of use.
        """
        return self._transact(lambda connection: self._replay(connection, delivery_id, delivery))

    def _replay(self, connection: Connection, delivery_id: int, delivery: Delivery) -> Receipt:
        found = connection.execute(DELIVERY_TO_REPLAY, {"delivery": delivery_id}).scalar()
        if found is None:
            raise IllegalRequest(f"there is no delivery {delivery_id}")
        now = self._database.now(connection)
        if keys := search_anew_for(connection, delivery_id, now):
            connection.execute(AMEND_DELIVERY, {"delivery": delivery_id, "replayed_at": now})
            return Receipt(found, delivery_id, nudges=keys)
        if found not in REPLAYABLE:
            raise IllegalRequest(
                f"delivery {delivery_id} is {found}: its news is in the journal, and a replay is for what could not be"
                f" used; `fulfillment deliveries show {delivery_id}` says what became of it"
            )
        (finding,) = weigh(connection, [(delivery, delivery_id, now)])
        amend(connection, delivery_id, finding, replayed_at=now)
        return finding.receipt(delivery_id)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        for _ in range(ATTEMPTS):
            with suppress(Overtaken), self._database.write() as connection:
                return work(connection)
        raise JournalUnavailable("the same news is being written by others")
