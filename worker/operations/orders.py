"""What an operator can do with one order. For a forbidden request, `IllegalRequest` says why it is forbidden."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.reasons import DeliveryOutcome
from worker.domain.stages import Stage, has_reached
from worker.domain.text import clean_text
from worker.operations.instants import when
from worker.operations.naming import OrderFinder, OrderIdReader
from worker.operations.phrases import MAX_NOTE, release_of, with_detail
from worker.operations.store import OperatorStore
from worker.ports import Delivery, Intake, Receipt, WakeUps


@dataclass(frozen=True, slots=True)
class Operations:
    """What an operator can do with one order. The acts return a sentence about what follows; `closing` has one more.

    *read_order_id* is by account. All methods raise `IllegalRequest`, and `StoreUnavailable` when the database cannot
    be reached.
    """

    store: OperatorStore
    intake: Intake
    wake_ups: WakeUps
    read_order_id: Mapping[str, OrderIdReader]

    def find(self, text: str) -> OrderKey:
        """Return the order that *text* means: see `OrderFinder.find`."""
        return OrderFinder(self.store, self.read_order_id).find(text)

    def snapshot(self, key: OrderKey) -> Snapshot:
        """Return all that the database has about an order."""
        snapshot = self.store.snapshot(key)
        if snapshot is None:
            raise IllegalRequest(f"the database knows no order {key}")
        return snapshot

    def existing(self, key: OrderKey, *, create: bool) -> Snapshot | None:
        """Return all that the database has about an order; None only if it has nothing and *create* allows that."""
        snapshot = self.store.snapshot(key)
        if snapshot is None and not create:
            raise IllegalRequest(f"the database knows no order {key}; to create it, add --create")
        return snapshot

    def advance(self, key: OrderKey, stage: Stage, reason: str, *, create: bool = False) -> str:
        """Write an event that names *stage*. A worker then takes the steps up to this stage.

        *create*: the database need not have the order yet. *reason* is a sentence for people.
        """
        note = require_reason(reason)
        _require_advance(key, stage)
        snapshot = self.existing(key, create=create)
        if snapshot is not None:
            require_stage_ahead(snapshot, stage)
        self._write_event(key, stage, note)
        return f"{key} is to reach {stage}; a worker takes it from here, within a second or two."

    def retry(self, key: OrderKey, reason: str, stop: str = "") -> str:
        """Make the order due now, for whatever reason it waits.

        A stopped order is refused, unless *stop* is the reason of its stop. Then the stop is lifted, but nothing is
        acknowledged: the same events can stop the order again.
        """
        note = require_reason(reason)
        if stop:
            return self._retry_stopped(self.require_stopped(key, stop), note)
        snapshot = self.snapshot(key)
        require_not_stopped(snapshot)
        if not self.store.make_due(key, note):
            raise stop_has_changed(key)
        self.wake_ups.enqueue([key])
        if snapshot.row.held:
            return (
                f"{key} is due; its account is held ({snapshot.row.held[0].reason}), and a worker takes it after that."
            )
        if snapshot.state is State.LEASED:
            return f"A worker reconciles {key} now; the result says when it is reconciled next."
        return f"{key} is due; a worker takes it from here, within a second or two."

    def _retry_stopped(self, snapshot: Snapshot, note: str) -> str:
        key = snapshot.order.key
        if not self.store.retry_stopped(snapshot, note):
            raise stop_has_changed(key)
        self.wake_ups.enqueue([key])
        return f"{key} is due; what stopped it ({snapshot.row.stop}) is not acknowledged, and can stop it again."

    def require_stopped(self, key: OrderKey, stop: str = "") -> Snapshot:
        """Return all that the database has about a stopped order. *stop*, if not empty, must be the stop's reason."""
        snapshot = self.snapshot(key)
        if not snapshot.row.stop:
            raise IllegalRequest(f"{key} is not stopped")
        if stop and stop != snapshot.row.stop:
            raise IllegalRequest(f"{key} is stopped for {snapshot.row.stop}, not for {stop}: look at it again")
        return snapshot

    def release(self, key: OrderKey, reason: str, stop: str = "") -> str:
        """Lift the order's stop, or open an order that an operator has closed.

        *stop*, if not empty, must be the reason of the stop.
        """
        note, snapshot = require_reason(reason), self.snapshot(key)
        is_closed = snapshot.order.closed_by_operator and not stop
        if not is_closed:
            snapshot = self.require_stopped(key, stop)
        if not self.store.release(snapshot, note):
            raise stop_has_changed(key)
        self.wake_ups.enqueue([key])
        what = "open again" if is_closed else f"released from {snapshot.row.stop}"
        return f"{key} is {what} and due; a worker takes it from here, within a second or two."

    def _write_event(self, key: OrderKey, stage: Stage, note: str) -> None:
        now = self.intake.now()
        event = Event(
            source=OPERATOR,
            key=f"{key}:{stage}:{now}",
            order=key,
            name=EventName(f"order.{stage}"),
            occurred_at=now,
            received_at=now,
            note=note,
        )
        self.write(event, json.dumps({"order": str(key), "to": stage, "reason": note}).encode())

    def write(self, event: Event, body: bytes, *, may_repeat: bool = False) -> Receipt:
        """Write an operator's event, with *body* as its delivery, and enqueue wake-ups.

        Raises `IllegalRequest` when the database does not accept it. *may_repeat*: it may be a duplicate.
        """
        receipt = self.intake.write(Delivery(OPERATOR, event.received_at, body, (event,)))
        is_repeated = may_repeat and receipt.outcome is DeliveryOutcome.DUPLICATE
        if receipt.outcome is not DeliveryOutcome.ACCEPTED and not is_repeated:
            outcome = with_detail(receipt.outcome, receipt.reason or "")
            raise IllegalRequest(f"the database did not accept the event: {outcome}")
        self.wake_ups.enqueue(receipt.wake_ups)
        return receipt


def _require_advance(key: OrderKey, stage: Stage) -> None:
    if key.reference:
        raise IllegalRequest(f"{key} is a reference: only an order that is known by its id can be advanced")
    if stage is Stage.PENDING:
        raise IllegalRequest("every order begins as pending: no order can be advanced to it")


def require_stage_ahead(snapshot: Snapshot, stage: Stage) -> None:
    """Raise `IllegalRequest` if the order cannot be advanced to *stage* now."""
    _require_advance(snapshot.order.key, stage)
    order, row = snapshot.order, snapshot.row
    if row.stop:
        raise IllegalRequest(f"{order.key} is stopped ({row.stop}): release it first, `{release_of(order.key)}`")
    require_open(snapshot)
    if order.closed:
        raise IllegalRequest(f"{order.key} is closed ({order.closed}): nothing is written to it any more")
    if order.stage and has_reached(order.stage, stage):
        since = f", as the platform showed on {when(order.read_at, snapshot.now)}" if order.read_at is not None else ""
        raise IllegalRequest(f"{order.key} is already {order.stage}{since}: an order never goes back to {stage}")


def require_open(snapshot: Snapshot) -> None:
    """Raise `IllegalRequest` if an operator has closed the order."""
    if snapshot.order.closed_by_operator:
        key = snapshot.order.key
        raise IllegalRequest(f"{key} is closed by an operator: `{release_of(key)}` opens it again")


def require_not_stopped(snapshot: Snapshot) -> None:
    """Raise `IllegalRequest` if the order is stopped, or closed by an operator: then a retry needs a decision."""
    require_open(snapshot)
    key, stop = snapshot.order.key, snapshot.row.stop
    if stop:
        raise IllegalRequest(f"{key} is stopped ({stop}): `{release_of(key)}` lifts that, retry does not")


def stop_has_changed(key: OrderKey) -> IllegalRequest:
    """Return the error for a stop that has changed since the operator saw it."""
    return IllegalRequest(f"the stop of {key} has changed meanwhile: look at it again")


def require_reason(reason: str) -> str:
    """Return *reason* as one line without control characters. Raises `IllegalRequest` if that is empty.

    It may have the name of the user at its end, so a reason that a person may give is never cut.
    """
    cleaned = clean_text(reason, MAX_NOTE)
    if not cleaned:
        raise IllegalRequest("a reason is needed: one sentence for people who ask later")
    return cleaned
