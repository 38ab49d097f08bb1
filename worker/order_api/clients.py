"""The order book of an account: every call about its orders at the platform, for turns and for people."""

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

MOST_PAGES = 10_000

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _read_day(value: object) -> object:
    """Read a date as people write it, and nothing else: pydantic takes a number for seconds since 1970."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # there is no such day
            return date.fromisoformat(value)
    raise ValueError("must be a date such as 2026-11-22")


Day = Annotated[date, BeforeValidator(_read_day)]


class Form(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """What a call may say, as the platform documents it; each field's alias is the platform's own name for it."""

    def parameters(self) -> dict[str, Any]:
        """Return what was said, as JSON values under the platform's names."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


@dataclass(frozen=True, slots=True)
class PlatformOrder:
    """One order as the platform shows it: what we read from it, and the *document* as it came."""

    order_id: str
    reading: Reading
    document: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Page:
    """Some orders of a list, *total* in all, where the platform says so; *last* when no page follows."""

    orders: tuple[PlatformOrder, ...]
    total: int | None
    last: bool


@dataclass(frozen=True, slots=True)
class Creation:
    """How an order is created: what it takes, and the call. After a `Transient`, the order may be there or not."""

    form: type[Form]
    create: Callable[[Form], PlatformOrder]


class OrdersClient(Protocol):
    """The orders of one account at its platform. Every call has a deadline and raises only `ApiError`s."""

    @property
    def filters(self) -> type[Form]:
        """What a list can be asked for."""

    @property
    def creation(self) -> Creation | None:
        """How an order is created; None where the platform documents no such call."""

    def pages(self, wanted: Form) -> Iterator[Page]:
        """Yield the pages of the list that *wanted*, one of `filters`, asks for, each when it is asked for."""

    def show(self, order_id: str) -> PlatformOrder:
        """Return one order."""

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once, and return the order as the answer shows it."""

    def find(self, reference: Reference) -> Sequence[str]:
        """Return the ids of the orders with exactly this number, or tracking number, in `CALLS_TO_FIND` calls."""

    def probe(self) -> None:
        """Ask for the least that a call with good credentials can ask for."""


class Position(NamedTuple):
    """Where a page begins: its number from 1, and how many orders come before it."""

    page: int
    offset: int


def iterate_pages(fetch: Callable[[Position], Page]) -> Iterator[Page]:
    """Yield page after page; raises `Transient` where a platform shows the same page again: it would never end."""
    at, before = Position(1, 0), None
    while at.page <= MOST_PAGES:
        page = fetch(at)
        ids = [shown.order_id for shown in page.orders]
        if ids and ids == before:
            raise Transient("the answer makes no sense: the same page came twice")
        yield page
        if page.last or not ids:
            return
        at, before = Position(at.page + 1, at.offset + len(ids)), ids


def ids_of(pages: Iterable[Page], is_meant: Callable[[PlatformOrder], bool]) -> tuple[str, ...]:
    """Return the ids of the orders that are meant, out of a search's first pages."""
    shown = (order for page in islice(pages, CALLS_TO_FIND) for order in page.orders)
    return tuple(dict.fromkeys(order.order_id for order in shown if is_meant(order)))
