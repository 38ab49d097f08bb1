"""The port `Intake` in SQL: a delivery and its events are on disk before the sender gets an answer."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from sqlalchemy import Connection

from worker.domain.errors import IllegalRequest, StoreUnavailable
from worker.domain.instants import Instant
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Delivery, Receipt
from worker.store.database.database import TIMEOUT_SECONDS, Database
from worker.store.database.group_commit import GroupCommit
from worker.store.intake.events import Overtaken
from worker.store.intake.outcomes import IntakeResult
from worker.store.intake.recording import record, record_events, update_outcome
from worker.store.intake.references import restart_searches_for
from worker.store.intake.statements import (
    COUNT_QUARANTINED,
    DELETE_DELIVERY,
    FIRST_EVENT,
    OUTCOME_TO_REPLAY,
    UPDATE_DELIVERY,
    statements,
)

ATTEMPTS = 3
"""At the second attempt, a transaction that was overtaken reads what the other transaction wrote."""
T = TypeVar("T")

REPLAYABLE = frozenset({DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE})
"""The outcomes of deliveries whose events are not in the database."""


class SqlIntake:
    """The port `Intake` on one database, and the replay of stored deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = database.clock()
        self._group = GroupCommit(self._write_all, TIMEOUT_SECONDS / 2)

    def now(self) -> Instant:
        return self._clock()

    def write(self, delivery: Delivery) -> Receipt:
        # `received_at` is of this very clock: to ask the database again would cost each request a round trip.
        return self._group.run(delivery)

    def _write_all(self, deliveries: Sequence[Delivery]) -> list[Receipt]:
        return self._transact(lambda connection: record(connection, deliveries))

    def count_quarantined(self, source: str, reason: QuarantineReason, since: Instant) -> int:
        values = {"its_source": source, "its_reason": reason.value, "since": since}
        with self._database.read() as connection:
            return connection.execute(COUNT_QUARANTINED, values).scalar_one()

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        # All receivers take the rows in one sequence, so that no two of them wait for each other.
        rows = [
            {"source": source, "outcome": outcome, "count": count}
            for (source, outcome), count in sorted(counts.items())
        ]
        if rows:
            with self._database.write() as connection:
                connection.execute(statements(connection.dialect.name).add_counts, rows)

    def replay(self, delivery_id: int, delivery: Delivery) -> Receipt:
        """Give a quarantined or stale delivery the outcome of *delivery*, which is a new reading of it.

        A delivery that is of no interest now is deleted with its body, and counted as ignored; but if some of its
        events are in the database, it is accepted. An accepted delivery whose order was not found keeps its outcome,
        and the search starts again. Raises `IllegalRequest` when there is no such delivery, or its events are in the
        database and need no replay.
        """
        return self._transact(lambda connection: self._replay(connection, delivery_id, delivery))

    def _replay(self, connection: Connection, delivery_id: int, delivery: Delivery) -> Receipt:
        outcome = connection.execute(OUTCOME_TO_REPLAY, {"its_delivery": delivery_id}).scalar()
        if outcome is None:
            raise IllegalRequest(f"there is no delivery {delivery_id}")
        now = self._database.now(connection)
        if keys := restart_searches_for(connection, delivery_id, now):
            connection.execute(UPDATE_DELIVERY, {"its_delivery": delivery_id, "replayed_at": now})
            return Receipt(DeliveryOutcome(outcome), delivery_id, wake_ups=keys)
        if outcome not in REPLAYABLE:
            raise IllegalRequest(
                f"delivery {delivery_id} is {outcome}: its events are in the database, and a replay is for what could"
                f" not be used; `fulfillment deliveries show {delivery_id}` shows their results"
            )
        if not (delivery.events or delivery.unusable):
            return _ignore(connection, delivery_id, delivery.source, now)
        (result,) = record_events(connection, [(delivery, delivery_id, now)])
        update_outcome(connection, delivery_id, result, replayed_at=now)
        return result.receipt(delivery_id)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        for _ in range(ATTEMPTS):
            with suppress(Overtaken), self._database.write() as connection:
                return work(connection)
        raise StoreUnavailable("other transactions write the same events")


def _ignore(connection: Connection, delivery_id: int, source: str, now: Instant) -> Receipt:
    """Delete a delivery that is of no interest, and count it; if it has events, accept it."""
    event_id = connection.execute(FIRST_EVENT, {"its_delivery": delivery_id}).scalar()
    if event_id is not None:
        accepted = IntakeResult(DeliveryOutcome.ACCEPTED, event_id)
        update_outcome(connection, delivery_id, accepted, replayed_at=now)
        return accepted.receipt(delivery_id)
    connection.execute(DELETE_DELIVERY, {"its_delivery": delivery_id})
    one_more = {"source": source, "outcome": DeliveryOutcome.IGNORED.value, "count": 1}
    connection.execute(statements(connection.dialect.name).add_counts, one_more)
    return Receipt(DeliveryOutcome.IGNORED, None)
