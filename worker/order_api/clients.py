"""The interface `OrdersClient`: all calls about the orders of one account. Reconciliations and operators use it."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, BeforeValidator

from worker.domain.instants import Instant
from worker.domain.orders import Reading, Reference
from worker.ports import Update


def nothing() -> None:
    """Do nothing before a call."""


_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _read_day(value: object) -> object:
    """Read a date such as 2026-11-22. pydantic alone would also accept a number, as seconds since 1970."""
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # there is no such day
            return date.fromisoformat(value)
    raise ValueError("must be a date such as 2026-11-22")


Day = Annotated[date, BeforeValidator(_read_day)]


class Form(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """The parameters of a call, as the platform documents them. A field's alias is the platform's own name for it."""

    def parameters(self) -> dict[str, Any]:
        """Return the fields that were given, as JSON values under the platform's names."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


@dataclass(frozen=True, slots=True)
class PlatformOrder:
    """One order as the platform shows it."""

    order_id: str
    reading: Reading
    """The same order in our words."""
    document: Mapping[str, object]
    """The JSON object as the platform sent it."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of orders."""

    orders: tuple[PlatformOrder, ...]
    total: int | None
    """How many orders the whole list has; None when the platform does not say."""
    last: bool
    """Whether no page follows."""
    unreadable: int = 0
    """How many orders of the page could not be read, and are left out."""


@dataclass(frozen=True, slots=True)
class Creation:
    """How an order is created."""

    form: type[Form]
    create: Callable[[Form], PlatformOrder]
    """Creates an order from an instance of *form*. After a `Transient`, the order may or may not exist."""


class OrdersClient(Protocol):
    """The orders of one account at its platform. Every call has a deadline and raises only `ApiError`s."""

    @property
    def filters(self) -> type[Form]:
        """The form of a list's filters."""

    @property
    def creation(self) -> Creation | None:
        """How an order is created; None when the platform documents no such call."""

    def pages(self, filters: Form) -> Iterator[Page]:
        """Yield the pages of the list; *filters* is an instance of `self.filters`. Each page is one call.

        Only the last page ends the list: one that is too large comes empty, and then in parts. After an `ApiError`, the
        same page is asked for again.
        """

    def pages_since(self, status: str | None, day: date) -> Iterator[Page]:
        """Yield the pages of the orders with *status* from *day* on, in the largest pages that the platform allows.

        None for *status* stands for all statuses.
        """

    def show(self, order_id: str) -> PlatformOrder:
        """Return one order."""

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once, and return the order as the answer shows it."""

    def find(
        self, reference: Reference, ended_by: Instant | None = None, before_call: Callable[[], None] = nothing
    ) -> Sequence[str]:
        """Return the ids of the orders with exactly this reference, in at most `CALLS_TO_FIND` calls.

        Orders that `had_ended_by` this instant are left out. *before_call* is called before each call, and may raise.
        """

    def probe(self) -> None:
        """Make one harmless read, to learn whether the credentials are good."""
