"""The interface `OrdersClient`: all calls about the orders of one account. Reconciliations and operators use it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Annotated, Any, NamedTuple, Protocol

from pydantic import BaseModel, BeforeValidator

from worker.domain.errors import Transient
from worker.domain.orders import Reading, Reference
from worker.ports import CALLS_TO_FIND, Update

MAX_PAGES = 10_000
"""How many pages of one list are read, at most."""

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _read_day(value: object) -> object:
    """Read a date such as 2026-11-22. pydantic alone would also accept a number, as seconds since 1970."""
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
        """Yield the pages of the list; *filters* is an instance of `self.filters`. Each page is one call."""

    def show(self, order_id: str) -> PlatformOrder:
        """Return one order."""

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once, and return the order as the answer shows it."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders with exactly this reference, in at most `CALLS_TO_FIND` calls."""

    def probe(self) -> None:
        """Make one harmless read, to learn whether the credentials are good."""


class PagePosition(NamedTuple):
    """Where a page begins."""

    page: int
    """The number of the page, from 1."""
    offset: int
    """How many orders come before it."""


def iterate_pages(fetch: Callable[[PagePosition], Page]) -> Iterator[Page]:
    """Yield the pages of a list, at most `MAX_PAGES`; *fetch* gets the page at a position.

    Raises `Transient` when the platform shows the same page twice, because such a list could have no end.
    """
    position, previous_ids = PagePosition(1, 0), None
    while position.page <= MAX_PAGES:
        page = fetch(position)
        ids = [order.order_id for order in page.orders]
        if ids and ids == previous_ids:
            raise Transient("the answer makes no sense: the same page came twice")
        yield page
        if page.last or not ids:
            return
        position, previous_ids = PagePosition(position.page + 1, position.offset + len(ids)), ids


def matching_ids(pages: Iterable[Page], is_match: Callable[[PlatformOrder], bool]) -> tuple[str, ...]:
    """Return the ids of the orders that match, each once. Only the first `CALLS_TO_FIND` pages are read."""
    orders = (order for page in islice(pages, CALLS_TO_FIND) for order in page.orders)
    return tuple(dict.fromkeys(order.order_id for order in orders if is_match(order)))
