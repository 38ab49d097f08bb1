"""The operator's door, a strict one: what the rules forbid is an `IllegalRequest` that says why."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot, State
from worker.domain.stages import Stage, has_reached
from worker.domain.text import clean_text
from worker.operations.instants import when
from worker.operations.naming import Naming
from worker.operations.store import OperatorStore
from worker.ports import Delivery, Intake, WakeUps


@dataclass(frozen=True, slots=True)
class Operations:
    """What an operator may do with one order. Every act is a sentence about what happens now.

    *read_order_id*, by account, returns the id that a text means at that account's platform, or raises
    ValueError. All methods raise `IllegalRequest`, and `StoreUnavailable` when the database is out of reach.
    """

    store: OperatorStore
    intake: Intake
    wake_ups: WakeUps
    read_order_id: Mapping[str, Callable[[object], str]]

    def find(self, text: str) -> OrderKey:
        """Return the order that *text* means, as `naming` has it."""
        return Naming(self.store, self.read_order_id)(text)

    def snapshot(self, key: OrderKey) -> Snapshot:
        """Return everything known of an order."""
        found = self.store.snapshot(key)
        if found is None:
            raise IllegalRequest(f"the journal knows no order {key}")
        return found

    def advance(self, key: OrderKey, stage: Stage, reason: str, *, create: bool = False) -> str:
        """Bring the news that the order has reached *stage*; a worker walks it there, step by step.

        With *create*, an order that the journal has never seen is written down.
        """
        said = require_reason(reason)
        if key.reference:
            raise IllegalRequest(f"{key} is still looked for: only an order that is known by its id can be advanced")
        if stage is Stage.PENDING:
            raise IllegalRequest("pending is where every order begins: no order is advanced to it")
        seen = self.store.snapshot(key)
        if seen is None and not create:
            raise IllegalRequest(f"the journal knows no order {key}; to begin with it, add --create")
        if seen is not None:
            _require_stage_ahead(seen, stage)
        self._tell(key, stage, said)
        return f"{key} is to reach {stage}; a worker takes it from here, within a second or two."

    def retry(self, key: OrderKey) -> str:
        """Make the order due now, whatever it waits for; not one that is stopped."""
        seen = self.snapshot(key)
        if seen.row.stop or not self.store.hasten(key):
            stop = seen.row.stop or "just now"
            raise IllegalRequest(f"{key} is stopped ({stop}): `fulfillment orders release` lifts that, retry does not")
        self.wake_ups([key])
        if seen.row.held:
            return f"{key} is due; its account is held ({seen.row.held[0].reason}), and it is taken when that ends."
        if seen.state is State.LEASED:
            return f"{key} already has its turn, which decides when it is looked at next."
        return f"{key} is due; a worker takes it from here, within a second or two."

    def stopped(self, key: OrderKey, stop: str = "") -> Snapshot:
        """Return everything known of an order that is stopped; *stop*, when given, must be the reason."""
        seen = self.snapshot(key)
        if not seen.row.stop:
            raise IllegalRequest(f"{key} is not stopped")
        if stop and stop != seen.row.stop:
            raise IllegalRequest(f"{key} is stopped for {seen.row.stop}, not for {stop}: look at it again")
        return seen

    def release(self, key: OrderKey, reason: str, stop: str = "") -> str:
        """Lift the order's stop; *stop*, when given, must be its reason."""
        said, seen = require_reason(reason), self.stopped(key, stop)
        if not self.store.release(seen, said):
            raise overtaken(key)
        self.wake_ups([key])
        return f"{key} is released from {seen.row.stop} and due; a worker takes it from here, within a second or two."

    def _tell(self, key: OrderKey, stage: Stage, reason: str) -> None:
        now = self.intake.now()
        event = Event(
            source=OPERATOR,
            key=f"{key}:{stage}:{now}",
            order=key,
            name=EventName(f"order.{stage}"),
            occurred_at=now,
            received_at=now,
            note=reason,
        )
        asked = {"order": str(key), "to": stage, "reason": reason}
        receipt = self.intake.write(Delivery(OPERATOR, now, json.dumps(asked).encode(), (event,)))
        if receipt.outcome != "accepted":
            raise IllegalRequest(f"the journal did not take it: {receipt.outcome} {receipt.reason}".rstrip())
        self.wake_ups(receipt.wake_ups)


def _require_stage_ahead(seen: Snapshot, stage: Stage) -> None:
    order, row = seen.order, seen.row
    if row.stop:
        raise IllegalRequest(f"{order.key} is stopped ({row.stop}): `fulfillment orders release` it first")
    if order.closed:
        raise IllegalRequest(f"{order.key} is closed ({order.closed}): nothing is written to it any more")
    if order.stage and has_reached(order.stage, stage):
        since = f", as the platform showed on {when(order.read_at, seen.now)}" if order.read_at is not None else ""
        raise IllegalRequest(f"{order.key} is already {order.stage}{since}: an order never goes back to {stage}")


def overtaken(key: OrderKey) -> IllegalRequest:
    """Say that somebody was faster."""
    return IllegalRequest(f"the stop of {key} has changed meanwhile: look at it again")


def require_reason(reason: str) -> str:
    """Return *reason* as one clean line."""
    cleaned = clean_text(reason)
    if not cleaned:
        raise IllegalRequest("a reason is needed: one sentence for whoever asks later")
    return cleaned
