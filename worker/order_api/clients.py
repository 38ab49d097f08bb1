"""The port `OrdersClient`: every call about the orders of an account, for reconciliations and for operators."""

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

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _read_day(value: object) -> object:
    """Read a date as people write it, and nothing else: pydantic takes a number for seconds since 1970."""
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
    """What we read from the document."""
    document: Mapping[str, object]
    """The JSON object as it came."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list of orders."""

    orders: tuple[PlatformOrder, ...]
    total: int | None
    """How many orders the whole list has; None when the platform does not say."""
    last: bool
    """No page follows."""


@dataclass(frozen=True, slots=True)
class Creation:
    """How an order is created."""

    form: type[Form]
    create: Callable[[Form], PlatformOrder]
    """Creates an order from a form of that type. After a `Transient`, the order may have been created or not."""


class OrdersClient(Protocol):
    """The orders of one account at its platform. Every call has a deadline and raises only `ApiError`s."""

    @property
    def filters(self) -> type[Form]:
        """The form of a list's filters."""

    @property
    def creation(self) -> Creation | None:
        """How an order is created; None when the platform documents no such call."""

    def pages(self, filters: Form) -> Iterator[Page]:
        """Yield the pages of the list that a form of that type describes. Each page is one call."""

    def show(self, order_id: str) -> PlatformOrder:
        """Return one order."""

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once, and return the order as the answer shows it."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders with exactly this reference, in at most `CALLS_TO_FIND` calls."""

    def probe(self) -> None:
        """Read the least that good credentials allow to read."""


class PagePosition(NamedTuple):
    """Where a page begins."""

    page: int
    """The number of the page, from 1."""
    offset: int
    """How many orders come before it."""


def iterate_pages(fetch: Callable[[PagePosition], Page]) -> Iterator[Page]:
    """Yield page after page, at most `MAX_PAGES`.

    Raises `Transient` when the platform shows the same page twice, because the list would never end.
    """
    position, ids_before = PagePosition(1, 0), None
    while position.page <= MAX_PAGES:
        page = fetch(position)
        ids = [order.order_id for order in page.orders]
        if ids and ids == ids_before:
            raise Transient("the answer makes no sense: the same page came twice")
        yield page
        if page.last or not ids:
            return
        position, ids_before = PagePosition(position.page + 1, position.offset + len(ids)), ids


def matching_ids(pages: Iterable[Page], is_meant: Callable[[PlatformOrder], bool]) -> tuple[str, ...]:
    """Return the ids of the orders that are meant, each once, out of the first pages of a search."""
    orders = (order for page in islice(pages, CALLS_TO_FIND) for order in page.orders)
    return tuple(dict.fromkeys(order.order_id for order in orders if is_meant(order)))
