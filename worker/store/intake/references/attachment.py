"""Gives the events of a reference to the order that was found, by the rules of `worker.domain.evidence.carriers`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from worker.domain.events import RecordedEvent
from worker.domain.evidence.carriers import may_report
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey, Reference
from worker.domain.reasons import AuditAction
from worker.ports import Attached
from worker.store.audit import Entry, write_entries
from worker.store.database.prepared import ResultRow
from worker.store.intake.carriers import KnownCarrier, carrier_columns, find_carriers, note_assignment
from worker.store.intake.order_bodies import move_bodies
from worker.store.intake.outcomes import Overtaken
from worker.store.intake.references import statements
from worker.store.intake.references.refusals import can_refuse, refuse_events
from worker.store.intake.references.waiting import lock, lock_if_free, lock_sequence, references_beside, wake
from worker.store.intake.statements import MAX_EVENTS
from worker.store.intake.statements import statements as intake_statements
from worker.store.rows import events_of


class FoundBy(NamedTuple):
    """What has led to the order of a reference, other than this very reference: `a parcel`, or a person's decision."""

    what: str
    reason: str = ""


class _Verdict(NamedTuple):
    """Which events of a reference their order gets, which it does not get, and its carrier if that was asked for."""

    given: list[RecordedEvent]
    refused: list[RecordedEvent]
    carrier: KnownCarrier | None

    @property
    def is_too_much(self) -> bool:
        """Whether a source would have more events about the order than one may have."""
        return self.carrier is not None and not self.carrier.has_room_for(each.event for each in self.given)


def lock_reference(connection: Connection, key: OrderKey, reference_row: int) -> None:
    """Lock the reference *key*, whose row has the id *reference_row*, and all that wait for a parcel of its events."""
    others = references_beside(connection, key, reference_row)
    for each in sorted((key, *others), key=lock_sequence):
        lock(connection, each)


def refusing_carrier(connection: Connection, reference_row: int, key: OrderKey, order_id: str) -> str | None:
    """Return who carries the order *order_id*, empty for nobody, if it would not get all events of the reference."""
    verdict = _judge(connection, reference_row, key, OrderKey(key.account, order_id))
    return verdict.carrier.after.source if verdict.refused and verdict.carrier else None


def give_events(
    connection: Connection,
    reference_row: int,
    key: OrderKey,
    order_id: str,
    now: Instant,
    found_by: FoundBy | None = None,
) -> Attached:
    """Give all events of the reference *key* to the order *order_id*, make it due, and delete the reference.

    The order does not get restricted events of a source that does not carry it. They are deleted, and their deliveries
    are quarantined: `not_your_order`. But if a body of theirs is gone, so that no replay could bring all of them back,
    nothing is changed, and the result is `Attached.REFUSED`.

    Other references that wait for a parcel of the reference are due, too. The caller has locked all of them by
    `lock_reference`. *found_by* is None when the order was found by this very reference; else a number may be a
    misprint, and is not recorded as the order's own. Never returns `Attached.OVERTAKEN`. Raises `Overtaken` when
    another transaction has just changed the carrier.
    """
    if key.reference is None:
        raise ValueError(f"{key} is not a reference")
    # Nearly all are locked already. If one has just come in and is locked by another transaction, it is due anyway.
    others = [lock_if_free(connection, other) for other in references_beside(connection, key, reference_row)]
    order = OrderKey(key.account, order_id)
    verdict = _judge(connection, reference_row, key, order)
    if not can_refuse(connection, verdict.refused):
        return Attached.REFUSED
    if verdict.is_too_much:
        return Attached.FULL
    due = _make_due(connection, order, verdict, now) if verdict.given else None
    if verdict.given and due is None:
        return Attached.FULL
    refuse_events(connection, order, verdict.refused, verdict.carrier.after.source if verdict.carrier else "")
    if due is not None:
        _move(connection, reference_row, key, due, now, found_by)
        if verdict.carrier:
            note_assignment(connection, due[0], verdict.carrier, now)
    connection.execute(statements.DELETE_AUDIT_LOG, {"its_row": reference_row})
    connection.execute(statements.DELETE_REFERENCE, {"its_row": reference_row})
    for row_id in filter(None, others):
        wake(connection, row_id, now)
    return Attached.DONE


def _judge(connection: Connection, reference_row: int, key: OrderKey, order: OrderKey) -> _Verdict:
    """Return which events of a reference *order* gets. Together, they may make their source its carrier."""
    recorded = [replace(e, event=replace(e.event, order=order)) for e in events_of(connection, reference_row, key)]
    carrier = find_carriers(connection, (e.event for e in recorded)).get(order)
    if carrier is None:
        return _Verdict(recorded, [], None)
    for each in recorded:
        carrier.add(each.event)
    given = [each for each in recorded if may_report(each.event, carrier.after)]
    return _Verdict(given, [each for each in recorded if each not in given], carrier)


def _make_due(connection: Connection, order: OrderKey, verdict: _Verdict, now: Instant) -> ResultRow:
    """Make *order* due with its new events, and return its row; None if it cannot take so many. Raises `Overtaken`."""
    count = len(verdict.given)
    values = {**order._asdict(), "now": now, "last": now, "revisions": 1, "new_events": count, "needed": count}
    values |= {"most_unknown": MAX_EVENTS, **carrier_columns((e.event for e in verdict.given), verdict.carrier)}
    (row,) = intake_statements(connection.dialect.name).make_order_due.run(connection, [values])
    if row and verdict.carrier and row[3] != verdict.carrier.after.source:
        raise Overtaken
    return row


def _move(
    connection: Connection,
    reference_row: int,
    key: OrderKey,
    due: Sequence[int],
    now: Instant,
    found_by: FoundBy | None,
) -> None:
    """Give the events that are left in the row of the reference *key* to the order whose row is *due*."""
    order_row, revision, *_ = due
    reference = key.reference or Reference("number", "")
    moved = {"its_row": reference_row, "to_row": order_row, "to_revision": revision, "named_by": key.order_id}
    move_bodies(connection, reference_row, order_row)
    connection.execute(statements.MOVE_EVENTS, moved)
    if reference.kind == "number" and found_by is None:
        connection.execute(statements.SET_NUMBER, {"its_row": order_row, "found_by": reference.value})
    write_entries(connection, order_row, now, [Entry(AuditAction.FOUND, _detail(reference, found_by))])


def _detail(reference: Reference, found_by: FoundBy | None) -> str:
    if found_by is None:
        return f"by its {reference.words}"
    reason = f": {found_by.reason}" if found_by.reason else ""
    return f"by {found_by.what}, for {reference.words}{reason}"
