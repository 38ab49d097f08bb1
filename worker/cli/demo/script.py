"""The types for the demo day: actions, their times, and the expected end of each order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from worker.domain.orders import OrderKey

Signature = Literal["valid", "forged", "an hour old"]
Kind = Literal["open", "signed", "token", "waybill", "batch"]
"""The kind of a courier: the name of its file in `formats/`."""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A customer places the order at the platform, which posts an event if it posts webhooks.

    *number* is the order's number for people. *tracking* is a tracking number that the merchant writes into the order.
    """

    payment: str = "paid"
    notes: str = "gift wrap, please"
    number: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class PlatformEvent:
    """The platform posts an event about the order. *answer* is the expected outcome in the receiver's reply."""

    event: str
    answer: str = "accepted"


@dataclass(frozen=True, slots=True)
class CourierScan:
    """The courier of this *kind* posts an event about a parcel, *times* times.

    *happened_at* is the time of day of the event; empty: the time of the post. *parcel* distinguishes the parcels of an
    order, *parcels* is their number. *others* are the ids of the shop's other orders in the same list of parcels.
    *unknown*: the courier says it in a word that its profile does not have. *answer* is the expected outcome in the
    receiver's reply to the first post; the replies to the others are duplicates.
    """

    kind: Kind
    event: str
    parcel: str = ""
    parcels: int | None = None
    times: int = 1
    happened_at: str = ""
    others: tuple[str, ...] = ()
    unknown: bool = False
    signature: Signature = "valid"
    answer: str = "accepted"


@dataclass(frozen=True, slots=True)
class Replay:
    """The merchant writes the meaning of an unknown word into the settings, and replays the delivery that has it.

    The word is the one of the courier of this *kind* for *event*.
    """

    kind: Kind
    event: str


@dataclass(frozen=True, slots=True)
class ManualChange:
    """The merchant sets the order's *status*, a word of the platform, by hand on the platform's pages."""

    status: str


@dataclass(frozen=True, slots=True)
class ApiFault:
    """Calls for the order fail: the sandbox injects *fault* into the calls that have the properties in *match*."""

    description: str
    match: Mapping[str, str]
    fault: Mapping[str, object] = field(repr=False)


Action = NewOrder | PlatformEvent | CourierScan | Replay | ManualChange | ApiFault


@dataclass(frozen=True, slots=True)
class At:
    """An action that happens not before *clock* (`09:05`) of the demo day.

    *wait_for* is a position: the action also waits until the order is at rest there in the database. So a manual change
    or a late event finds the order at the same position on a slow machine.
    """

    clock: str
    action: Action
    wait_for: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected end of an order: its position, in our words, and the reason of its stop, if it is stopped."""

    position: str
    stop: str = ""

    def __str__(self) -> str:
        return f"{self.position}, {f'stopped: {self.stop}' if self.stop else 'not stopped'}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """The actions of one order, one after another, and its expected end. The first action is a `NewOrder`."""

    order: OrderKey
    title: str
    expected: Expected
    timetable: tuple[At, ...]

    @property
    def new_order(self) -> NewOrder:
        """The action that creates the order."""
        return next(at.action for at in self.timetable if isinstance(at.action, NewOrder))
