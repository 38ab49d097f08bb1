"""Snapshots: what the database holds about an order at one instant, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from worker.domain.accounts.workers import Service
from worker.domain.events import RecordedEvent
from worker.domain.evidence.carriers import of_carrier
from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.reasons import WriteOutcome
from worker.domain.stages import Stage


class State(StrEnum):
    """The state of an order: what it waits for. An order has exactly one at a time."""

    STOPPED = "stopped"
    """It needs a person."""
    LEASED = "leased"
    """A worker reconciles it now."""
    CLOSED = "closed"
    """It is completed, cancelled or refunded, or an operator has closed it: nothing more is to be done."""
    SETTLED = "settled"
    """It is at its target and waits for new events."""
    HELD = "held"
    """Its whole account waits."""
    DUE = "due"
    """A worker takes it next."""
    WAITING = "waiting"
    """It is reconciled again at its due time."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A whole account waits for *reason*, until *until* or, when that is None, until the hold is lifted.

    *next_probe* is when a probe may lift it next, after *probes* in vain; None when no probe can.
    """

    account: str
    reason: str
    since: Instant
    until: Instant | None = None
    detail: str = ""
    next_probe: Instant | None = None
    probes: int = 0


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order and its schedule. *held* has the active holds of its account.

    Reasons are texts here, because the database may hold words of a newer version.
    """

    order: Order
    first_seen_at: Instant
    updated_at: Instant
    lease_until: Instant | None = None
    due: Instant | None = None
    not_before: Instant | None = None
    waiting: str = ""
    waiting_detail: str = ""
    stop: str = ""
    stop_detail: str = ""
    stopped_at: Instant | None = None
    listed_as: str = ""
    """The difference for which a scan last made the order due; empty when the lists agree with us again."""
    listed_at: Instant | None = None
    """When a list last showed the order, to half a day."""
    held: tuple[Hold, ...] = ()

    def state(self, now: Instant) -> State:
        """Return what the order waits for at *now*."""
        if self.stop:
            return State.STOPPED
        if self.lease_until is not None and self.lease_until > now:
            return State.LEASED
        if self.due is None:
            return State.CLOSED if self.order.closed or self.order.closed_by_operator else State.SETTLED
        if self.held:
            return State.HELD
        return State.DUE if self.due <= now else State.WAITING


@dataclass(frozen=True, slots=True)
class EventEntry:
    """One event of an order, with the delivery that brought it and the instant of its result.

    *reference* is how the event named the order; empty when it had the id.
    """

    recorded: RecordedEvent
    delivery_id: int | None = None
    result_at: Instant | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One write to the platform: the stage it asked for, its fields, and the answer.

    *lease_token* tells which reconciliation sent it.
    """

    stage: Stage
    fields: Mapping[str, object]
    sent_at: Instant
    lease_token: str = ""
    inferred: bool = False
    answered_at: Instant | None = None
    outcome: str = WriteOutcome.SENT
    answer: str = ""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What happened to an order besides events and writes: a stop, a release, a closing."""

    at: Instant
    action: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class RefusedDeliveries:
    """The deliveries of one source about an order that another one carries: how many are kept, and the latest.

    *open_at* is the latest of those that were not replayed in vain; None if all were.
    """

    source: str
    count: int
    latest_at: Instant
    open_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class UnusedDelivery:
    """A quarantined or stale delivery that names the order. *replayed_at*: since then, a replay has changed nothing."""

    id: int
    source: str
    received_at: Instant
    outcome: str
    reason: str
    detail: str = ""
    replayed_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One order with everything that has happened to it, at *now*."""

    now: Instant
    row: OrderRow
    event_entries: tuple[EventEntry, ...] = ()
    writes: tuple[Write, ...] = ()
    audit_log: tuple[AuditEntry, ...] = ()
    service: Service = Service.SERVED
    """Whether a running worker serves the account."""
    refused: tuple[RefusedDeliveries, ...] = ()
    """The quarantined deliveries of sources that do not carry the order; only one order's own snapshot has them."""
    unused: tuple[UnusedDelivery, ...] = ()
    """Other quarantined deliveries, and stale ones, the newest first, a few at most; likewise."""
    serving_since: Instant | None = None
    """The earliest start of the running workers that serve the account; None without one."""

    @property
    def order(self) -> Order:
        """What the database keeps of the order itself."""
        return self.row.order

    @property
    def events(self) -> tuple[RecordedEvent, ...]:
        """The events of the order that count, in the order in which they were written. See `evidence.carriers`."""
        return tuple(of_carrier((entry.recorded for entry in self.event_entries), self.order.counting_source))

    @property
    def state(self) -> State:
        """What the order waits for."""
        return self.row.state(self.now)
