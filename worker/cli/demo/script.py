"""What can happen to an order on the demo day, and what is expected of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from worker.domain.orders import OrderKey

Signature = Literal["valid", "forged", "an hour old"]
NamedBy = Literal["id", "number", "parcel"]


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A customer places the order; the platform stores it, and posts an event if it posts webhooks.

    *number* is what people call the order. *tracking* is a tracking number that the merchant has written into it.
    """

    payment: str = "paid"
    notes: str = "gift wrap, please"
    number: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class PlatformEvent:
    """The platform posts an event about the order. *answer* is the receiver's expected answer."""

    event: str
    answer: str = "accepted"


@dataclass(frozen=True, slots=True)
class CourierScan:
    """The courier posts an event about a parcel, *times* times.

    The event happened at *happened*; empty: at the time of the post. *parcel* distinguishes the parcels of one order,
    and *parcels* is how many there are. *named_by* is how the courier names the order. *answer* is the receiver's
    expected answer to the first post.
    """

    event: str
    parcel: str = ""
    parcels: int | None = None
    times: int = 1
    happened: str = ""
    named_by: NamedBy = "id"
    signature: Signature = "valid"
    answer: str = "accepted"


@dataclass(frozen=True, slots=True)
class ManualChange:
    """The merchant sets the order's *status*, a word of the platform, on the platform's own pages."""

    status: str


@dataclass(frozen=True, slots=True)
class ApiFault:
    """The platform's API fails calls for the order: the sandbox injects *fault* into the calls that *match*."""

    description: str
    match: Mapping[str, str]
    fault: Mapping[str, object] = field(repr=False)


Action = NewOrder | PlatformEvent | CourierScan | ManualChange | ApiFault


@dataclass(frozen=True, slots=True)
class At:
    """An action, and when it happens: not before *clock* (`09:05`) of the demo day.

    With *wait_for* it also waits until the order is at rest at this position in the database. So a manual change or a
    late event meets the same order on a slow machine.
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
    """What happens to one order, in this order, and its expected end. The first action is a `NewOrder`."""

    order: OrderKey
    title: str
    expected: Expected
    timetable: tuple[At, ...]

    @property
    def new_order(self) -> NewOrder:
        """The order as the customer placed it."""
        return next(at.action for at in self.timetable if isinstance(at.action, NewOrder))
