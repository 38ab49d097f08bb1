"""The filters and pages of lists at Cekat."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from deploy.sandbox.cekat.orders import CekatOrder
from deploy.sandbox.cekat.steps import STATUSES
from deploy.sandbox.instants import UnixMicroseconds, parse_period
from deploy.sandbox.parsing import parse_query
from deploy.sandbox.rules import DATE_OR_INSTANT, Schema, matching, one_of, text

LATEST: UnixMicroseconds = 10**18
"""Later than any instant that a query can name."""
SEARCHED_FIELDS = ("id", "order_number", "tracking_number", "customer_id")
_MONEY = matching(r"[0-9]{1,12}(\.[0-9]{1,6})?", "must be a number")
_LIST: Schema = {
    "customer_id": text(200),
    "status": one_of(*STATUSES),
    "from": DATE_OR_INSTANT,
    "to": DATE_OR_INSTANT,
    "min_total": _MONEY,
    "max_total": _MONEY,
    "search": text(200),
    "limit": matching("[1-9][0-9]?|100", "must be an integer from 1 to 100"),
    "offset": matching("0|[1-9][0-9]{0,8}", "must be an integer from 0"),
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The query of a list: at most *limit* orders from *offset* on, of those that pass all filters.

    *created* and *total* are ranges with both ends included.
    None as *customer_id* or *status* means any; *search* is lower-case.
    """

    limit: int
    offset: int
    customer_id: str | None
    status: str | None
    created: tuple[UnixMicroseconds, UnixMicroseconds]
    total: tuple[float, float]
    search: str

    def matches(self, order: CekatOrder) -> bool:
        """Return whether *order* passes every filter."""
        return (
            self.customer_id in (None, order.customer_id)
            and self.status in (None, order.status)
            and self.created[0] <= order.created_at <= self.created[1]
            and self.total[0] <= order.total <= self.total[1]
            and any(self.search in str(getattr(order, name) or "").casefold() for name in SEARCHED_FIELDS)
        )


@dataclass(frozen=True, slots=True)
class Page:
    """At most *limit* orders from *offset* on. *total* is the number of orders that pass the filters."""

    orders: Sequence[CekatOrder]
    total: int
    limit: int
    offset: int

    @classmethod
    def select(cls, query: ListQuery, orders: Sequence[CekatOrder]) -> Self:
        """Return the page of *orders* that *query* requests."""
        matches = [order for order in orders if query.matches(order)]
        page_orders = matches[query.offset : query.offset + query.limit]
        return cls(page_orders, len(matches), query.limit, query.offset)


def parse_list_query(query: str) -> ListQuery:
    """Parse the query of a list; raise ApiError for anything that is not documented."""
    parameters = parse_query(query, _LIST)
    first = parse_period(parameters["from"])[0] if "from" in parameters else -LATEST
    last = parse_period(parameters["to"])[1] if "to" in parameters else LATEST
    return ListQuery(
        limit=int(parameters.get("limit", "50")),
        offset=int(parameters.get("offset", "0")),
        customer_id=parameters.get("customer_id"),
        status=parameters.get("status"),
        created=(first, last),
        total=(float(parameters.get("min_total", "0")), float(parameters.get("max_total", "inf"))),
        search=parameters.get("search", "").casefold(),
    )
