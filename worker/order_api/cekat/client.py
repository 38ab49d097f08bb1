"""The order book of one Cekat account (its API reference: "List", "Get", "Update" and "Create Order")."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from worker.domain.errors import Transient
from worker.domain.orders import Reference
from worker.order_api.account_session import AccountSession
from worker.order_api.cekat.answers import content_of, is_proven, order_in, page_in
from worker.order_api.cekat.new_order import CekatOrder
from worker.order_api.clients import Creation, Day, Form, Page, PlatformOrder, Position, ids_of, iterate_pages
from worker.order_api.statuses import StatusTable
from worker.ports import Update

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


class CekatOrdersClient:
    """The port `OrdersClient`."""

    filters = CekatFilters

    def __init__(self, calls: AccountSession, statuses: StatusTable) -> None:
        self._calls, self._statuses = calls, statuses
        self._now = calls.context.now
        self.creation = Creation(CekatOrder, lambda order: self._call("POST", None, order.parameters()))

    def pages(self, wanted: Form) -> Iterator[Page]:
        parameters = {name: str(value) for name, value in wanted.parameters().items()}
        size = parameters.setdefault("limit", str(CekatFilters.model_fields["page_size"].default))
        return iterate_pages(partial(self._page, int(size), parameters))

    def show(self, order_id: str) -> PlatformOrder:
        return self._call("GET", order_id)

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once; an answer whose `status_history` does not bear it out raises `Transient`."""
        shown = self._call("PUT", order_id, update)
        if "status" in update and not is_proven(shown, str(update["status"])):
            raise Transient("the answer makes no sense: its status_history does not show the status")
        return shown

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

    def _call(self, method: str, order_id: str | None, body: Mapping[str, object] | None = None) -> PlatformOrder:
        began = self._now()
        answer = self._calls(method, order_id, body=body)
        return order_in(answer, order_id, began, self._now(), self._statuses)
