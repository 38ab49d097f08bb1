"""The port of the database, as the receiver uses it: deliveries come in."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from worker.domain.events import Event
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome, QuarantineReason


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic webhook request, as the database keeps it.

    *events* were read from its body; *unusable* is the reason why it, or an element of it, could not be used. *detail*
    says more about that, or which optional fields were left out. *keep_once* identifies a stale delivery, which must
    not be stored twice; it is empty for all others. *peer* is the IP address from which it came, empty if unknown.
    *max_unknown* is how many orders its source may name that the platform has never shown; None for any number, as for
    an operator. *named* is the order that it names although it cannot be used, or its element; None if it names none.
    *headers* are the names of its headers, with the values of those that are no secrets, as a JSON object; empty if
    they are not kept.
    """

    source: str
    received_at: Instant
    body: bytes
    events: tuple[Event, ...] = ()
    unusable: QuarantineReason | None = None
    detail: str = ""
    keep_once: str = ""
    peer: str = ""
    max_unknown: int | None = None
    named: OrderKey | None = None
    headers: str = ""

    def as_stale(self) -> "Delivery":
        """Return the delivery without its events. It is stored once, however often the sender repeats it."""
        first = next(iter(self.events), None)
        key = first.key if first else hashlib.sha256(self.body).hexdigest()
        named = first.order if first else self.named
        return replace(self, events=(), keep_once=f"{self.source}/{key}", named=named)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of a delivery, and the orders that are due because of it (*wake_ups*)."""

    outcome: DeliveryOutcome
    delivery_id: int | None
    event_id: int | None = None
    reason: QuarantineReason | None = None
    wake_ups: tuple[OrderKey, ...] = ()


class PendingReceipt(Protocol):
    """The receipt of a delivery that was submitted. It comes into being when somebody asks for it."""

    def receipt(self) -> Receipt:
        """Return the receipt. The delivery and its events are durable when this returns.

        Raises `StoreUnavailable` within five seconds when the database cannot write them. One thread asks for it.
        """


class Intake(Protocol):
    """The database, as the receiver uses it."""

    def now(self) -> Instant:
        """Return the time of the database's clock."""

    def submit(self, delivery: Delivery) -> PendingReceipt:
        """Let the delivery join the group that is written next. This waits for nothing.

        The first receipt that is asked for has all submitted deliveries written, in one transaction.
        """

    def write(self, delivery: Delivery) -> Receipt:
        """Submit the delivery, and return its receipt. Raises what `PendingReceipt.receipt` raises."""

    def count_quarantined(self, source: str, reason: QuarantineReason, since: Instant) -> int:
        """Return how many deliveries of *source* are quarantined for *reason* and were received after *since*."""

    def add_counts(self, counts: Mapping[tuple[str, str], int]) -> None:
        """Add *counts*, by (source, outcome), to the counters of deliveries that are not stored."""
