"""The replay of stored deliveries: each gets the outcome of a new reading of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.reasons import AuditAction, DeliveryOutcome
from worker.ports import Delivery, Receipt
from worker.store.audit import Entry, write_entries
from worker.store.database.database import Database
from worker.store.intake.kept.bounds import add_amounts, amounts_of
from worker.store.intake.outcomes import IntakeResult, write_again_if_overtaken
from worker.store.intake.recording import outcome_columns, record_events, update_outcome
from worker.store.intake.references.searches import restart_searches_for
from worker.store.intake.replay_statements import (
    COUNT_EVENTS,
    DELETE_DELIVERY,
    FIRST_EVENT,
    ORDERS_OF_DELIVERY,
    RESULT_TO_REPLAY,
)
from worker.store.intake.statements import UPDATE_DELIVERY, statements
from worker.store.intake.unknown.rooms import UnknownRooms

REPLAYABLE = frozenset({DeliveryOutcome.QUARANTINED, DeliveryOutcome.STALE})
"""The outcomes of deliveries whose events are not in the database."""


class Replays:
    """The replays of the deliveries in *database*."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replay(self, delivery_id: int, delivery: Delivery, note: str = "") -> Receipt:
        """Give a quarantined or stale delivery the outcome of *delivery*, which is a new reading of it.

        It is marked as replayed, so that `doctor` does not report it any more; but if it is quarantined for another
        reason or with another detail than before, or if events of it were taken in, it is news, and not marked.

        A delivery that is of no interest now is deleted with its body, and counted as ignored; but if some of its
        events are in the database, it is accepted. If the order of one of its events was not found, the search starts
        again; an accepted delivery keeps its outcome. Raises `IllegalRequest` when there is no such delivery, or its
        events are in the database and need no replay. The audit log of each order that has an event of it keeps *note*,
        which says who did it and why.
        """
        # It has a transaction of its own, because all references of a transaction must be locked in one sequence.
        searches = self._transact(lambda connection: self._restart_searches(connection, delivery_id, note))
        if searches.wake_ups and searches.outcome not in REPLAYABLE:
            return searches
        receipt = self._transact(lambda connection: self._replace(connection, delivery_id, delivery, note))
        return replace(receipt, wake_ups=tuple(dict.fromkeys((*searches.wake_ups, *receipt.wake_ups))))

    def _transact(self, work: Callable[[Connection], Receipt]) -> Receipt:
        return write_again_if_overtaken(self._database, work)

    def _restart_searches(self, connection: Connection, delivery_id: int, note: str) -> Receipt:
        """Restart the searches for the events of a delivery that ended without an order: *wake_ups* are these."""
        outcome, *_ = _lock_to_replay(connection, delivery_id)
        now = self._database.now(connection)
        keys = restart_searches_for(connection, delivery_id, now, note)
        if keys and outcome not in REPLAYABLE:
            connection.execute(UPDATE_DELIVERY, {"its_delivery": delivery_id, "replayed_at": now})
        return Receipt(DeliveryOutcome(outcome), delivery_id, wake_ups=keys)

    def _replace(self, connection: Connection, delivery_id: int, delivery: Delivery, note: str) -> Receipt:
        """Like `_read_again`, and count what is kept of the delivery now. Nothing else is deleted for it."""
        _lock_to_replay(connection, delivery_id)
        before = amounts_of(connection, [delivery_id])
        receipt = self._read_again(connection, delivery_id, delivery, note)
        add_amounts(connection, amounts_of(connection, [delivery_id]), before)
        return receipt

    def _read_again(self, connection: Connection, delivery_id: int, delivery: Delivery, note: str) -> Receipt:
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
        (result,) = record_events(connection, [(delivery, delivery_id, now)], UnknownRooms())
        has_new_events = count != _count_events(connection, delivery_id)
        if has_new_events:
            _write_audit_log(connection, delivery_id, now, f"delivery {delivery_id}, {before.outcome}", note)
        columns = outcome_columns(result)
        same = before == _Replayed(*(columns[name] for name in _Replayed._fields)) and not has_new_events
        is_news = result.outcome is DeliveryOutcome.QUARANTINED and not same
        update_outcome(connection, delivery_id, result, replayed_at=None if is_news else now)
        return result.receipt(delivery_id)


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


def _write_audit_log(connection: Connection, delivery_id: int, now: Instant, what: str, note: str) -> None:
    entry = Entry(AuditAction.REPLAYED, f"{what}: {note}" if note else what)
    for order_row in connection.execute(ORDERS_OF_DELIVERY, {"its_delivery": delivery_id}).scalars().all():
        write_entries(connection, order_row, now, [entry])


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
