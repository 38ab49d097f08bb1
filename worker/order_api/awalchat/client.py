"""The orders of one awalchat account (source: its API reference, "List Orders", "Get Order" and "Update Order")."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Annotated

from pydantic import Field, PositiveInt, StringConstraints

from worker.domain.instants import Instant
from worker.domain.orders import Reference
from worker.order_api.account_session import AccountSession
from worker.order_api.awalchat.responses import content_of, order_in, page_in
from worker.order_api.clients import Day, Form, Page, PlatformOrder, nothing
from worker.order_api.paging import PagePosition, Pages, Searches
from worker.order_api.statuses import StatusTable
from worker.ports import Update

LARGEST_PAGE = 100
"""The largest `limit` that we send. The API reference does not name a largest one."""
DEFAULT_PAGE = 10
"""The `limit` that is documented as the default."""

ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AwalchatFilters(Form):
    """The filters of a list of orders."""

    status: ShortText | None = None
    """Only orders with this status."""
    since: Annotated[Day | None, Field(serialization_alias="from_date")] = None
    """Only orders from this day on."""
    until: Annotated[Day | None, Field(serialization_alias="to_date")] = None
    """Only orders up to this day."""
    search: Annotated[ShortText | None, Field(serialization_alias="searchTerm")] = None
    """Only orders that the platform finds with these words."""
    branch_id: PositiveInt | None = None
    """Only orders of this branch."""
    customer_id: PositiveInt | None = None
    """Only orders of this customer."""
    page_size: Annotated[int, Field(serialization_alias="limit", ge=1, le=LARGEST_PAGE)] = DEFAULT_PAGE
    """How many orders one call asks for."""


class AwalchatOrdersClient:
    """Implements `OrdersClient`. The platform documents no call that creates an order."""

    filters = AwalchatFilters
    creation = None

    def __init__(self, session: AccountSession, statuses: StatusTable) -> None:
        self._session, self._statuses = session, statuses
        self._now = session.context.now
        self._searches = Searches(
            lambda text, size: self.pages(AwalchatFilters(search=text, page_size=size)), LARGEST_PAGE
        )

    def pages(self, filters: Form) -> Pages:
        parameters = {name: str(value) for name, value in filters.parameters().items()}
        return Pages(partial(self._page, parameters), int(parameters.get("limit", DEFAULT_PAGE)))

    def pages_since(self, status: str | None, day: date) -> Iterator[Page]:
        filters = AwalchatFilters(since=day, page_size=LARGEST_PAGE)
        return self.pages(filters if status is None else filters.model_copy(update={"status": status}))

    def show(self, order_id: str) -> PlatformOrder:
        return self._call("GET", order_id)

    def update(self, order_id: str, update: Update) -> PlatformOrder:
        return self._call("PUT", order_id, update)

    def find(
        self, reference: Reference, ended_by: Instant | None = None, before_call: Callable[[], None] = nothing
    ) -> tuple[str, ...]:
        """Return the ids of the orders with exactly this number. The platform has no field for the names of parcels."""
        if reference.kind != "number":
            return ()
        text = reference.value
        return self._searches.ids(text, lambda order: order.reading.number == text, ended_by, before_call)

    def probe(self) -> None:
        """Read a list of one order, as a harmless read."""
        content_of(self._session.send("GET", query={"limit": "1"}), self._now())

    def _call(self, method: str, order_id: str, body: Update | None = None) -> PlatformOrder:
        began_at = self._now()
        response = self._session.send(method, order_id, body=body)
        return order_in(response, order_id, began_at, self._now(), self._statuses)

    def _page(self, parameters: Mapping[str, str], position: PagePosition) -> Page:
        began_at = self._now()
        query = {"page": str(position.page), **parameters, "limit": str(position.size)}
        response = self._session.send("GET", query=query)
        return page_in(response, began_at, self._now(), self._statuses)
