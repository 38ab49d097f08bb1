"""Orders: how they are named, what a read of the platform shows, and what the database remembers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from worker.domain.instants import Instant
from worker.domain.stages import Position, Stage, TerminalStatus


class Reference(NamedTuple):
    """How an event names an order without its id: by the order's `number`, or by a parcel's `tracking` number."""

    kind: Literal["number", "tracking"]
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def words(self) -> str:
        """The reference as people say it."""
        return f"number {self.value}" if self.kind == "number" else f"tracking number {self.value}"


class OrderKey(NamedTuple):
    """One order: the same id in two accounts is two orders.

    *order_id* may hold the text of a `Reference` instead of an id: the order is still to be found. No id has a colon.
    """

    account: str
    order_id: str

    @property
    def reference(self) -> Reference | None:
        """The reference that stands in for the id; None when the order is known by its id."""
        kind, colon, value = self.order_id.partition(":")
        return Reference("number" if kind == "number" else "tracking", value) if colon else None

    def __str__(self) -> str:
        return f"{self.account}/{self.order_id}"


class Payment(StrEnum):
    """What a read shows of the payment."""

    PAID = "paid"
    UNPAID = "unpaid"
    UNKNOWN = "unknown"
    """The platform did not say."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the platform showed of one order in one answer.

    Texts are empty where the platform did not say. *notes* and *tracking* are None where it did not show the field:
    then it may hold anything.
    """

    status: str
    """The platform's own word."""
    position: Position
    read_at: Instant
    """When the call began."""
    payment: Payment = Payment.UNKNOWN
    notes: str | None = ""
    shipping_date: str = ""
    delivery_date: str = ""
    tracking: str | None = ""
    tracking_url: str = ""
    number: str = ""
    """What people call the order."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the database remembers of one order.

    Nothing in here justifies a write. Only a reading of the same reconciliation does.
    """

    key: OrderKey
    revision: int = 0
    """Counts the changes that events bring. A reconciliation that read revision n has considered all events up to n."""
    seen_revision: int = 0
    """The revision that the last finished reconciliation read."""
    stage: Stage | None = None
    """The stage that the platform confirmed last; None before the first read."""
    status: str = ""
    """The platform's own word at the last read."""
    read_at: Instant | None = None
    confirmed_at: Instant | None = None
    """When the last confirmed write began."""
    delivered_at: Instant | None = None
    """When a read first showed the order delivered. `complete_after` counts from here."""
    closed: TerminalStatus | Stage | None = None
    """Why the order needs nobody any more: completed, cancelled or refunded."""
    closed_revision: int = 0
    """The revision at the read that first showed the order closed."""
    acknowledged: int = 0
    """An operator has acknowledged the alarms up to this revision."""
    sending: Stage | None = None
    """A step that was sent, or was about to be, and whose answer nobody has: uncertain."""
    sent_at: Instant | None = None
    """When the write of `sending` was announced."""
    uncertain_at: Instant | None = None
    """When the last uncertain write was sent. The platform may apply it until `settle` has passed."""
    behind_at: Instant | None = None
    """When a read first showed the order behind its confirmed stage."""
    failing_since: Instant | None = None
    failures: int = 0
    conflicts: int = 0
    missing_since: Instant | None = None
    """When the platform first answered that it does not know the order."""
    number: str = ""
    """What people call the order, as the platform last said."""
    unread: bool = False
    """The order must be read: the last reconciliation could not read it, or did not leave it at rest."""
