"""The order book of one Cekat account (its API reference, "List Orders", "Get Order", "Create Order")."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from worker.domain.errors import Rejected
from worker.domain.orders import Reference
from worker.order_api.books import Creation, Day, Form, Page, Position, Shown, ids_of, turn_pages
from worker.order_api.cekat.answers import content_of, order_in, page_in
from worker.order_api.cekat.calls import Calls
from worker.order_api.cekat.new_order import CekatOrder
from worker.order_api.cekat.vocabulary import read_order_id
from worker.order_api.statuses import StatusTable

LARGEST_PAGE = 100

Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CekatFilters(Form):
    """What a list of orders can be asked for."""

    status: Words | None = None
    """Only orders with this status."""
    since: Annotated[Day | None, Field(serialization_alias="from")] = None
    """Only orders from this day on."""
    until: Annotated[Day | None, Field(serialization_alias="to")] = None
    """Only orders up to this day."""
    search: Words | None = None
    """Only orders that the platform finds with these words."""
    customer_id: Words | None = None
    """Only orders of this customer."""
    min_total: Amount | None = None
    """Only orders of at least this amount."""
    max_total: Amount | None = None
    """Only orders of at most this amount."""
    page_size: Annotated[int, Field(serialization_alias="limit", ge=1, le=LARGEST_PAGE)] = 50
    """How many orders one call asks for."""


class CekatBook:
    """The port `OrderBook`."""

    filters = CekatFilters

    def __init__(self, calls: Calls, statuses: StatusTable) -> None:
        self._calls, self._statuses = calls, statuses
        self._now = calls.surroundings.now
        self.creation = Creation(CekatOrder, self._create)

    def pages(self, wanted: Form) -> Iterator[Page]:
        parameters = {name: str(value) for name, value in wanted.parameters().items()}
        size = parameters.setdefault("limit", str(CekatFilters.model_fields["page_size"].default))
        return turn_pages(partial(self._page, int(size), parameters))

    def show(self, order_id: str) -> Shown:
        began = self._now()
        return order_in(self._calls("GET", path_of(order_id)), order_id, began, self._now(), self._statuses)

    def find(self, reference: Reference) -> tuple[str, ...]:
        """Return the ids of the orders with this very number, or tracking number; an order without one has its id."""
        pages = self.pages(CekatFilters(search=reference.value, page_size=LARGEST_PAGE))
        if reference.kind == "tracking":
            return ids_of(pages, lambda shown: shown.reading.tracking == reference.value)
        return ids_of(pages, lambda shown: (shown.reading.number or shown.order_id) == reference.value)

    def probe(self) -> None:
        """Ask for a list of one order: the least that a call with good credentials can ask for."""
        content_of(self._calls("GET", query={"limit": "1"}), self._now())

    def _page(self, size: int, parameters: dict[str, str], at: Position) -> Page:
        began = self._now()
        answer = self._calls("GET", query={**parameters, "offset": str(at.offset)})
        return page_in(answer, size, began, self._now(), self._statuses)

    def _create(self, order: Form) -> Shown:
        began = self._now()
        answer = self._calls("POST", content=json.dumps(order.parameters()).encode())
        return order_in(answer, "", began, self._now(), self._statuses)


def path_of(order_id: str) -> str:
    """Return the path of an order: no text that is not an order id ever comes into a URL."""
    try:
        return f"/{read_order_id(order_id)}"
    except ValueError as error:
        raise Rejected(f"the text in its place {error}") from error
