"""What the orders of all platforms have in common; each platform has its own kind of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from deploy.sandbox.rules import Rule


class Step(StrEnum):
    """What a PUT asks of an order's status."""

    NONE = "none"
    MOVE = "move"
    REPEAT = "repeat"
    ILLEGAL = "illegal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(ABC):
    """One order; *created_at* and *updated_at* are microseconds since the epoch, UTC.

    A kind of order says which *ID* and which changes *BY_HAND* the control API takes, and names its *HARMS*: what an
    update may destroy without being illegal. Each of them is a count of its own in the totals.
    """

    ID: ClassVar[Rule]
    BY_HAND: ClassVar[Mapping[str, Rule]]
    HARMS: ClassVar[tuple[str, ...]]

    id: int | str
    order_number: str
    created_at: int
    updated_at: int
    status: str = "pending"

    @classmethod
    def create(cls, fields: Mapping[str, object]) -> Self:
        """Make a new order of checked *fields*, its id, its number and its two instants among them."""
        return cls(**fields)  # type: ignore[arg-type]  # a form checked every field

    @property
    @abstractmethod
    def rank(self) -> tuple[int, str]:
        """Its place in a list."""

    @abstractmethod
    def asked(self, sent: Mapping[str, object]) -> Step:
        """Judge a PUT of the checked fields *sent*."""

    @abstractmethod
    def harmed_by(self, sent: Mapping[str, object]) -> tuple[str, ...]:
        """Name those of HARMS that a legal PUT of *sent* does to this order."""

    @abstractmethod
    def updated(self, sent: Mapping[str, object], now: int) -> Self:
        """Apply a legal PUT."""

    @abstractmethod
    def shown(self) -> dict[str, object]:
        """Give the fields that a client sees, as it sees them."""

    def changed(self, fields: Mapping[str, object], now: int) -> Self:
        """Set *fields*, as a hand does: in any direction."""
        return replace(self, **fields, updated_at=now)  # type: ignore[arg-type]  # a form checked every field

    def whole(self) -> dict[str, object]:
        """Give all its fields, as the control API shows them."""
        return asdict(self)
