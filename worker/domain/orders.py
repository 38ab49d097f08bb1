"""Orders: their keys, what a read at the platform shows, and what the database keeps."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from worker.domain.instants import Instant
from worker.domain.stages import Position, Stage, TerminalStatus
from worker.domain.tracking import normal_form

ReferenceKind: TypeAlias = Literal["number", "tracking", "shipment"]
REFERENCE_WORDS: dict[ReferenceKind, str] = {
    "number": "number",
    "tracking": "tracking number",
    "shipment": "shipment id",
}
"""The kinds of references, each with its words in a sentence."""
_KINDS: dict[str, ReferenceKind] = {kind: kind for kind in REFERENCE_WORDS}


class Reference(NamedTuple):
    """The name that an event gives an order without its id.

    It is the order's `number`, a parcel's `tracking` number, or a `shipment`: the courier's own id of the shipment.
    *source* is the source that gives this name if it may report only orders that it carries; then its references are
    its own. Else it is empty.
    """

    kind: ReferenceKind
    value: str
    source: str = ""

    @classmethod
    def read(cls, text: str) -> "Reference | None":
        """Return the reference in *text*, the inverse of `str`; None when it is the id of an order."""
        words, colon, value = text.partition(":")
        kind, _, source = words.partition("@")
        return cls(_KINDS.get(kind, "tracking"), value, source) if colon else None

    @property
    def plain(self) -> "Reference":
        """The name alone, whoever gives it."""
        return self._replace(source="")

    def __str__(self) -> str:
        return f"{self.kind}@{self.source}:{self.value}" if self.source else f"{self.kind}:{self.value}"

    @property
    def words(self) -> str:
        """The reference as a sentence names it: `tracking number TRK1`."""
        return f"{REFERENCE_WORDS[self.kind]} {self.value}"

    @property
    def comparable(self) -> str:
        """The value in the form in which values of this kind compare; empty for a tracking number that says nothing."""
        return normal_form(self.value) if self.kind == "tracking" else self.value


class OrderKey(NamedTuple):
    """The key of one order. The same id in two accounts is two orders.

    While the id is unknown, *order_id* is the text of a `Reference`, which has a colon. No platform's id has one.
    """

    account: str
    order_id: str

    @property
    def reference(self) -> Reference | None:
        """The reference in place of the id; None when the id is known."""
        return Reference.read(self.order_id)

    @property
    def plain(self) -> "OrderKey":
        """The same key for a reference of any source: see `Reference.plain`."""
        return self._replace(order_id=str(self.reference.plain)) if self.reference else self

    @property
    def comparable(self) -> str:
        """The key as a text that is the same however a reference is spelled, and whoever gives it.

        Empty for a tracking number that says nothing.
        """
        reference = self.reference
        if reference is None:
            return str(self)
        return f"{self.account}/{reference.kind}:{reference.comparable}" if reference.comparable else ""

    def __str__(self) -> str:
        return f"{self.account}/{self.order_id}"


class Payment(StrEnum):
    """Whether the order is paid, as the platform shows it."""

    PAID = "paid"
    UNPAID = "unpaid"
    UNKNOWN = "unknown"
    """The platform did not show it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the platform showed of one order in one answer.

    A text is empty when the platform shows none. *notes* and *tracking* are None when the answer did not have the
    field: then its value is unknown.
    """

    status: str
    """The platform's own word."""
    position: Position
    read_at: Instant
    """When the call to the platform began."""
    payment: Payment = Payment.UNKNOWN
    notes: str | None = ""
    shipping_date: str = ""
    delivery_date: str = ""
    tracking: str | None = ""
    tracking_url: str = ""
    number: str = ""
    """The number by which people name the order."""
    as_of: Instant | None = None
    """The order was as shown at this instant, by our clock, and perhaps later; None when the answer does not tell.

    It is never later than *read_at*. An order that nobody changes has an early one, so it proves nothing by itself. An
    answer that does not show a write that was confirmed after *as_of* is older than this write.
    """
    partial: bool = False
    """The answer to a write leaves out a part of what was written, or a list leaves out what shows completion.

    A read of the order shows the rest.
    """
    http_status: int = field(default=0, compare=False)
    """The HTTP status of the answer; 0 if it is unknown."""
    request_id: str = field(default="", compare=False)
    """The platform's name for the call, by which its staff can find it; empty if the answer has none."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the database keeps of one order.

    It never justifies a write. Only a reading of the same reconciliation does.
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
    """When the last read began; None before the first read."""
    confirmed_at: Instant | None = None
    """When the last confirmed write began."""
    delivered_at: Instant | None = None
    """When a read first showed the order delivered. `complete_after` counts from here."""
    closed: TerminalStatus | Stage | None = None
    """Why the order is closed: completed, cancelled or refunded. None while it is open."""
    closed_revision: int = 0
    """The revision at the read that first showed the order closed."""
    closed_at: Instant | None = None
    """When a read first showed why it is closed. None while it is open, or if an earlier version closed it."""
    acknowledged: int = 0
    """An operator has acknowledged the alarms up to this revision."""
    acknowledged_at: Instant | None = None
    """When an operator last did so, by a release or a close."""
    sending: Stage | None = None
    """The stage of an uncertain write: it was announced, and may have been sent, but there is no answer yet."""
    sent_at: Instant | None = None
    """When the write of `sending` was announced."""
    uncertain_at: Instant | None = None
    """When the last uncertain write was announced. The platform may apply it until `settle` has passed."""
    behind_at: Instant | None = None
    """When a read first showed the order behind its confirmed stage."""
    failing_since: Instant | None = None
    """When the failures in a row began. Each hold of the account moves it forward by the time that the hold took."""
    failures: int = 0
    """How many calls in a row have failed."""
    conflicts: int = 0
    """How many of these failures were conflicts."""
    missing_since: Instant | None = None
    """When the platform first answered that it does not know the order, or refuses to show it."""
    number: str = ""
    """The number by which people name the order, as the platform last showed it."""
    unread: bool = False
    """Whether the next reconciliation must read the order: the last one could not, or did not leave it at rest."""
    staged_at: Instant | None = None
    """When a read or a confirmed write first showed the order at its stage."""
    carrier: str = ""
    """The source that carries the order; empty while nobody does. Only the intake and operators change it."""
    carrier_by: str = ""
    """Who has said so: the carrier itself, another source, or `operator`."""
    closed_by_operator: int = 0
    """The revision up to which an operator has closed the order; 0 if none has.

    It is 0 again when a newer event that needs a person stops the order, and when an operator releases it.
    """

    @property
    def counting_source(self) -> str:
        """The restricted source whose events count: the carrier, or the source that has given a reference its name."""
        return self.key.reference.source if self.key.reference else self.carrier
