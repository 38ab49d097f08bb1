"""The orders of one Cekat account (source: its API reference, "List", "Get", "Update" and "Create Order")."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from worker.domain.errors import Transient
from worker.domain.orders import Reference
from worker.order_api.account_session import AccountSession
from worker.order_api.cekat.new_order import CekatOrder
from worker.order_api.cekat.responses import content_of, history_has, order_in, page_in
from worker.order_api.clients import (
    Creation,
    Day,
    Form,
    Page,
    PagePosition,
    PlatformOrder,
    iterate_pages,
    matching_ids,
)
from worker.order_api.statuses import StatusTable
from worker.ports import Update

LARGEST_PAGE = 100
"""The largest `limit` that is documented."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class CekatFilters(Form):
    """The filters of a list of orders."""

    status: ShortText | None = None
    """Only orders with this status."""
    since: Annotated[Day | None, Field(serialization_alias="from")] = None
    """Only orders from this day on."""
    until: Annotated[Day | None, Field(serialization_alias="to")] = None
    """Only orders up to this day."""
    search: ShortText | None = None
    """Only orders that the platform finds with these words."""
    customer_id: ShortText | None = None
    """Only orders of this customer."""
    min_total: Amount | None = None
    """Only orders of at least this amount."""
    max_total: Amount | None = None
    """Only orders of at most this amount."""
    page_size: Annotated[int, Field(serialization_alias="limit", ge=1, le=LARGEST_PAGE)] = 50
    """How many orders one call asks for."""


class CekatOrdersClient:
    """Implements `OrdersClient`."""

    filters = CekatFilters

    def __init__(self, session: AccountSession, statuses: StatusTable) -> None:
        self._session, self._statuses = session, statuses
        self._now = session.context.now
        self.creation = Creation(CekatOrder, lambda order: self._call("POST", None, order.parameters()))

    def pages(self, filters: Form) -> Iterator[Page]:
        parameters = {name: str(value) for name, value in filters.parameters().items()}
        size = parameters.setdefault("limit", str(CekatFilters.model_fields["page_size"].default))
        return iterate_pages(partial(self._page, int(size), parameters))

    def show(self, order_id: str) -> PlatformOrder:
        return self._call("GET", order_id)

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once. Raises `Transient` when the answer's `status_history` does not have the new status."""
        order = self._call("PUT", order_id, update)
        if "status" in update and not history_has(order, str(update["status"])):
            raise Transient("the answer makes no sense: its status_history does not show the status")
        return order

    def find(self, reference: Reference) -> tuple[str, ...]:
        """Return the ids of the orders with exactly this number or tracking number.

        For an order without a number, its id counts as its number. The platform has no field for shipment ids.
        """
        if reference.kind == "shipment":
            return ()
        pages = self.pages(CekatFilters(search=reference.value, page_size=LARGEST_PAGE))
        if reference.kind == "tracking":
            return matching_ids(pages, lambda order: order.reading.tracking == reference.value)
        return matching_ids(pages, lambda order: (order.reading.number or order.order_id) == reference.value)

    def probe(self) -> None:
        """Read a list of one order, as a harmless read."""
        content_of(self._session.send("GET", query={"limit": "1"}), self._now())

    def _page(self, size: int, parameters: dict[str, str], position: PagePosition) -> Page:
        began_at = self._now()
        response = self._session.send("GET", query={**parameters, "offset": str(position.offset)})
        return page_in(response, size, began_at, self._now(), self._statuses)

    def _call(self, method: str, order_id: str | None, body: Mapping[str, object] | None = None) -> PlatformOrder:
        began_at = self._now()
        response = self._session.send(method, order_id, body=body)
        return order_in(response, order_id, began_at, self._now(), self._statuses)
