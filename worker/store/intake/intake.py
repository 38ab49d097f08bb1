"""The port `Intake` in SQL: a delivery and its events are on disk before the sender gets an answer."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from worker.domain.errors import IllegalRequest, StoreUnavailable
from worker.domain.instants import Instant
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.ports import Delivery, Receipt
from worker.store.database.database import TIMEOUT_SECONDS, Database
from worker.store.database.group_commit import GroupCommit
from worker.store.intake.outcomes import IntakeResult, Overtaken
from worker.store.intake.recording import outcome_columns, record, record_events, update_outcome
from worker.store.intake.references import restart_searches_for
from worker.store.intake.statements import (
    COUNT_EVENTS,
    COUNT_QUARANTINED,
    DELETE_DELIVERY,
    FIRST_EVENT,
    RESULT_TO_REPLAY,
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
        self._group = GroupCommit(self._write_all, TIMEOUT_SECONDS / 2, weigh=_events_beyond_one)

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

        It is marked as replayed, so that `doctor` does not report it any more; but if it is quarantined for another
        reason or with another detail than before, or if events of it were taken in, it is news, and not marked.

        A delivery that is of no interest now is deleted with its body, and counted as ignored; but if some of its
        events are in the database, it is accepted. If the order of one of its events was not found, the search starts
        again; an accepted delivery keeps its outcome. Raises `IllegalRequest` when there is no such delivery, or its
        events are in the database and need no replay.
        """
        # It has a transaction of its own, because all references of a transaction must be locked in one sequence.
        searches = self._transact(lambda connection: self._restart_searches(connection, delivery_id))
        if searches.wake_ups and searches.outcome not in REPLAYABLE:
            return searches
        receipt = self._transact(lambda connection: self._read_again(connection, delivery_id, delivery))
        return replace(receipt, wake_ups=tuple(dict.fromkeys((*searches.wake_ups, *receipt.wake_ups))))

    def _restart_searches(self, connection: Connection, delivery_id: int) -> Receipt:
        """Restart the searches for the events of a delivery that ended without an order: *wake_ups* are these."""
        outcome, *_ = _lock_to_replay(connection, delivery_id)
        now = self._database.now(connection)
        keys = restart_searches_for(connection, delivery_id, now)
        if keys and outcome not in REPLAYABLE:
            connection.execute(UPDATE_DELIVERY, {"its_delivery": delivery_id, "replayed_at": now})
        return Receipt(DeliveryOutcome(outcome), delivery_id, wake_ups=keys)

    def _read_again(self, connection: Connection, delivery_id: int, delivery: Delivery) -> Receipt:
        before = _lock_to_replay(connection, delivery_id)
        if before.outcome not in REPLAYABLE:
            raise IllegalRequest(
                f"delivery {delivery_id} is {before.outcome}: its events are in the database, and a replay is for what"
                f" could not be used; `fulfillment deliveries show {delivery_id}` shows their results"
            )
        now = self._database.now(connection)
        if not (delivery.events or delivery.unusable):
            return _ignore(connection, delivery_id, delivery.source, now)
        count = _count_events(connection, delivery_id)
        (result,) = record_events(connection, [(delivery, delivery_id, now)])
        same = before == _Replayed(**outcome_columns(result)) and count == _count_events(connection, delivery_id)
        is_news = result.outcome is DeliveryOutcome.QUARANTINED and not same
        update_outcome(connection, delivery_id, result, replayed_at=None if is_news else now)
        return result.receipt(delivery_id)

    def _transact(self, work: Callable[[Connection], T]) -> T:
        for _ in range(ATTEMPTS):
            with suppress(Overtaken), self._database.write() as connection:
                return work(connection)
        raise StoreUnavailable("other transactions write the same events")


class _Replayed(NamedTuple):
    """The result of a delivery, before or after its replay."""

    outcome: str
    reason: str
    detail: str


def _lock_to_replay(connection: Connection, delivery_id: int) -> _Replayed:
    row = connection.execute(RESULT_TO_REPLAY, {"its_delivery": delivery_id}).first()
    if row is None:
        raise IllegalRequest(f"there is no delivery {delivery_id}")
    return _Replayed(*row)


def _count_events(connection: Connection, delivery_id: int) -> int:
    return connection.execute(COUNT_EVENTS, {"its_delivery": delivery_id}).scalar_one()


def _events_beyond_one(delivery: Delivery) -> int:
    return max(0, len(delivery.events) - 1)


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
