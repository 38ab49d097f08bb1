"""The orders of one Cekat account (source: its API reference, "List", "Get", "Update" and "Create Order")."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field, StringConstraints

from worker.domain.errors import Transient
from worker.domain.instants import Instant
from worker.domain.orders import Reference
from worker.domain.tracking import is_same_parcel
from worker.order_api.account_session import AccountSession
from worker.order_api.cekat.new_order import CekatOrder
from worker.order_api.cekat.responses import content_of, history_has, order_in, page_in, without_unshown
from worker.order_api.cekat.updates import records_completion
from worker.order_api.clients import (
    Creation,
    Day,
    Form,
    Page,
    PlatformOrder,
    nothing,
)
from worker.order_api.paging import PagePosition, Pages, Searches
from worker.order_api.statuses import StatusTable
from worker.ports import Update

LARGEST_PAGE = 100
"""The largest `limit` that is documented."""
DEFAULT_PAGE = 50
"""The `limit` that is documented as the default."""

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
    page_size: Annotated[int, Field(serialization_alias="limit", ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE
    """How many orders one call asks for."""


class CekatOrdersClient:
    """Implements `OrdersClient`."""

    filters = CekatFilters

    def __init__(self, session: AccountSession, statuses: StatusTable) -> None:
        self._session, self._statuses = session, statuses
        self._now = session.context.now
        self._searches = Searches(
            lambda text, size: self.pages(CekatFilters(search=text, page_size=size)), LARGEST_PAGE
        )
        self.creation = Creation(CekatOrder, lambda order: self._call("POST", None, order.parameters()))

    def pages(self, filters: Form) -> Pages:
        parameters = {name: str(value) for name, value in filters.parameters().items()}
        return Pages(partial(self._page, parameters), int(parameters.get("limit", DEFAULT_PAGE)))

    def pages_since(self, status: str | None, day: date) -> Iterator[Page]:
        filters = CekatFilters(since=day, page_size=LARGEST_PAGE)
        return self.pages(filters if status is None else filters.model_copy(update={"status": status}))

    def show(self, order_id: str) -> PlatformOrder:
        return self._call("GET", order_id)

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        """Send *update* once. Raises `Transient` when the answer's `status_history` does not have the new status.

        The answer is partial when it leaves out the completion that was written.
        """
        order = without_unshown(self._call("PUT", order_id, update), completes=records_completion(update))
        if "status" in update and not history_has(order, str(update["status"])):
            raise Transient("the answer makes no sense: its status_history does not show the status")
        return order

    def find(
        self, reference: Reference, ended_by: Instant | None = None, before_call: Callable[[], None] = nothing
    ) -> tuple[str, ...]:
        """Return the ids of the orders with exactly this number or tracking number.

        For an order without a number, its id counts as its number. The platform has no field for shipment ids.
        """
        if reference.kind == "shipment":
            return ()
        text = reference.value
        if reference.kind == "tracking":
            return self._searches.ids(
                text, lambda order: is_same_parcel(order.reading.tracking or "", text), ended_by, before_call
            )
        return self._searches.ids(
            text, lambda order: (order.reading.number or order.order_id) == text, ended_by, before_call
        )

    def probe(self) -> None:
        """Read a list of one order, as a harmless read."""
        content_of(self._session.send("GET", query={"limit": "1"}), self._now())

    def _page(self, parameters: Mapping[str, str], position: PagePosition) -> Page:
        began_at = self._now()
        query = {**parameters, "limit": str(position.size), "offset": str(position.offset)}
        response = self._session.send("GET", query=query)
        return page_in(response, position.size, began_at, self._now(), self._statuses)

    def _call(self, method: str, order_id: str | None, body: Mapping[str, object] | None = None) -> PlatformOrder:
        began_at = self._now()
        response = self._session.send(method, order_id, body=body)
        return order_in(response, order_id, began_at, self._now(), self._statuses)
