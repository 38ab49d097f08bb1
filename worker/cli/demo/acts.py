"""What can happen in the day of a small shop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Signing = Literal["well", "forged", "an hour ago"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A customer places the order; the platform has it, and sends a hint."""

    payment: str = "paid"
    notes: str = "gift wrap, please"


@dataclass(frozen=True, slots=True)
class Hint:
    """The platform posts an event of its own."""

    event: str
    answered: str = "accepted"


@dataclass(frozen=True, slots=True)
class Scan:
    """The courier posts news of a parcel, *times* over. It happened at *happened*, by default when it is posted.

    *parcel* tells several parcels of an order apart; *parcels* says how many there are. *answered* is what the
    first of the posts is to be answered.
    """

    event: str
    parcel: str = ""
    parcels: int | None = None
    times: int = 1
    happened: str = ""
    signed: Signing = "well"
    answered: str = "accepted"


@dataclass(frozen=True, slots=True)
class ByHand:
    """The merchant changes the order's status on the platform's own pages."""

    status: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """The platform's API fails: the sandbox takes *fault*, and *says* tells people what it does."""

    says: str
    fault: Mapping[str, object] = field(repr=False)


Act = Placed | Hint | Scan | ByHand | Trouble


@dataclass(frozen=True, slots=True)
class At:
    """An act, when it happens by the clock of the story (`09:05`), and after what.

    *once* is the platform's status that our journal must have seen, and be at rest with: what a hand or a late
    piece of news meets is then the same on a slow machine.
    """

    clock: str
    act: Act
    once: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """Where an order is to end: its status at the platform, and the reason for which our journal stops it, if any."""

    status: str
    stop: str = ""

    def __str__(self) -> str:
        return f"{self.status}, {f'stopped: {self.stop}' if self.stop else 'not stopped'}"


@dataclass(frozen=True, slots=True)
class Tale:
    """One order's story."""

    order: int
    title: str
    ends: Ends
    day: tuple[At, ...]


def minutes(clock: str) -> int:
    """Return a time of the day in minutes after midnight."""
    hours, _, rest = clock.partition(":")
    return 60 * int(hours) + int(rest)
