"""The base class of orders. Each platform has a subclass."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from deploy.sandbox.instants import UnixMicroseconds
from deploy.sandbox.rules import Rule, Schema


class Step(StrEnum):
    """The effect of an update on the status of an order."""

    NONE = "none"
    """The update sets no status."""
    MOVE = "move"
    """The update sets another status, and the platform allows the step."""
    REPEAT = "repeat"
    """The update sets the status that the order already has."""
    ILLEGAL = "illegal"
    """The platform does not allow the update."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(ABC):
    """One order.

    A subclass sets three constants. *ID* is the rule for ids, *MANUAL_FIELDS* the schema of a manual change.
    *DATA_LOSSES* names the losses of data that a legal update can cause; the totals have one count for each.
    """

    ID: ClassVar[Rule]
    MANUAL_FIELDS: ClassVar[Schema]
    DATA_LOSSES: ClassVar[tuple[str, ...]]

    id: int | str
    order_number: str
    created_at: UnixMicroseconds
    updated_at: UnixMicroseconds
    status: str = "pending"

    @classmethod
    def create(cls, fields: Mapping[str, object]) -> Self:
        """Return a new order from checked *fields*, with at least its id, its number and both instants."""
        return cls(**fields)  # type: ignore[arg-type]  # a schema checked every field

    @property
    @abstractmethod
    def sort_key(self) -> tuple[int, str]:
        """The key by which lists of orders are sorted."""

    @abstractmethod
    def step(self, fields: Mapping[str, object]) -> Step:
        """Return what an update with the checked *fields* does to the status."""

    @abstractmethod
    def data_losses(self, fields: Mapping[str, object]) -> tuple[str, ...]:
        """Return those of DATA_LOSSES that a legal update with *fields* causes."""

    @abstractmethod
    def updated(self, fields: Mapping[str, object], now: UnixMicroseconds) -> Self:
        """Return the order after a legal update with *fields*."""

    @abstractmethod
    def client_fields(self) -> dict[str, object]:
        """Return the fields that the order API shows to a client."""

    def changed_manually(self, fields: Mapping[str, object], now: UnixMicroseconds) -> Self:
        """Return the order after a person set *fields* on the platform's own pages. Any step is allowed."""
        return replace(self, **fields, updated_at=now)  # type: ignore[arg-type]  # a schema checked every field

    def all_fields(self) -> dict[str, object]:
        """Return every field, as the control API shows them."""
        return asdict(self)
