"""What can happen in the day of a small shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from worker.domain.orders import OrderKey

Signing = Literal["well", "forged", "an hour old"]
Known = Literal["id", "number", "parcel"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A customer places the order; the platform has it, and tells of it if it tells of anything.

    *number* is what people call the order, *tracking* the parcel that the merchant's own label maker has written down.
    """

    payment: str = "paid"
    notes: str = "gift wrap, please"
    number: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """The platform posts an event of its own."""

    event: str
    answered: str = "accepted"


@dataclass(frozen=True, slots=True)
class Scan:
    """The courier posts news of a parcel, *times* over. It happened at *happened*, by default when it is posted.

    *parcel* tells several parcels of an order apart; *parcels* says how many there are. *by* is what the courier knows
    of the order. *answered* is what the first of the posts is to be answered.
    """

    event: str
    parcel: str = ""
    parcels: int | None = None
    times: int = 1
    happened: str = ""
    by: Known = "id"
    signed: Signing = "well"
    answered: str = "accepted"


@dataclass(frozen=True, slots=True)
class ByHand:
    """The merchant changes the order's status on the platform's own pages, to a word of the platform's."""

    status: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """The platform's API fails the order: the sandbox takes *fault*, whose calls *match*; *says* tells people so."""

    says: str
    match: Mapping[str, str]
    fault: Mapping[str, object] = field(repr=False)


Act = Placed | Hint | Scan | ByHand | Trouble


@dataclass(frozen=True, slots=True)
class At:
    """An act, when it happens by the clock of the story (`09:05`), and after what.

    *once* is where, in our words, the order must stand in our journal, and be at rest: what a hand or a late piece of
    news meets is then the same on a slow machine.
    """

    clock: str
    act: Act
    once: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where an order is to stand in the end, in our words, and the reason for which our journal stops it, if any."""

    position: str
    stop: str = ""

    def __str__(self) -> str:
        return f"{self.position}, {f'stopped: {self.stop}' if self.stop else 'not stopped'}"


@dataclass(frozen=True, slots=True)
class Tale:
    """One order's story."""

    order: OrderKey
    title: str
    event_results: Ends
    day: tuple[At, ...]

    @property
    def placed(self) -> Placed:
        """How the order was placed, with which its story begins."""
        return next(at.act for at in self.day if isinstance(at.act, Placed))


def minutes(clock: str) -> int:
    """Return a time of the day in minutes after midnight."""
    hours, _, rest = clock.partition(":")
    return 60 * int(hours) + int(rest)
