"""What an operator decides about the carrier of an order: which source may report its parcels."""

import json

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName
from worker.domain.evidence.carriers import of_carrier
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.reasons import QuarantineReason
from worker.operations.orders import Operations, require_reason
from worker.operations.phrases import release_of


def assign(operations: Operations, key: OrderKey, source: str, reason: str, *, create: bool = False) -> str:
    """Make *source* the carrier of the order, or nobody if it is empty. Return a sentence about what follows.

    The caller has checked that it is a source of the order's account. *create*: the database need not have the order
    yet. Raises `IllegalRequest`, and `StoreUnavailable`.
    """
    note, snapshot = require_reason(reason), _order(operations, key, create=create)
    if not operations.store.assign(snapshot, source, note):
        raise IllegalRequest(f"the carrier of {key} has changed meanwhile: look at it again")
    operations.wake_ups.enqueue([key])
    return f"{_carries(key, source)}.{_without(snapshot, source)}{_stopped(snapshot)}{_replay(source)}"


def _order(operations: Operations, key: OrderKey, *, create: bool) -> Snapshot:
    require_assignable(key)
    snapshot = operations.existing(key, create=create)
    if snapshot is None:
        now = operations.intake.now()
        hint = Event(OPERATOR, f"{key}:assign:{now}", key, EventName.HINT, now, now)
        operations.write(hint, json.dumps({"order": str(key), "assign": True}).encode())
    return snapshot or operations.snapshot(key)


def require_assignable(key: OrderKey) -> None:
    """Raise `IllegalRequest` if no source can carry *key*, because it is a reference."""
    if key.reference:
        raise IllegalRequest(f"{key} is a reference: only an order that is known by its id can be assigned")


def _carries(key: OrderKey, source: str) -> str:
    return f"{source} carries {key}" if source else f"Nobody carries {key} any more: the next source to report it does"


def _without(snapshot: Snapshot, source: str) -> str:
    """Say whose words do not count any more."""
    before = snapshot.order.carrier
    is_all = of_carrier(snapshot.events, source) == list(snapshot.events)
    return "" if is_all else f" What {before} has said of it does not count any more."


def _stopped(snapshot: Snapshot) -> str:
    stop = snapshot.row.stop
    return f" It is still stopped ({stop}): `{release_of(snapshot.order.key)}` lifts that." if stop else ""


def _replay(source: str) -> str:
    if not source:
        return ""
    command = f"fulfillment deliveries replay --source {source} --reason {QuarantineReason.NOT_YOUR_ORDER}"
    return f" If deliveries of {source} about it were quarantined, take them in: `{command}`."
