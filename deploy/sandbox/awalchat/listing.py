"""The query parameters of calls to awalchat, and the filters and pages of its lists."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.sandbox.awalchat.orders import AwalchatOrder
from deploy.sandbox.awalchat.steps import STATUSES
from deploy.sandbox.errors import validation_failed
from deploy.sandbox.instants import utc_date
from deploy.sandbox.parsing import split_query
from deploy.sandbox.rules import DATE, Schema, find_problems, matching, one_of, text

_ID = matching("[1-9][0-9]{0,18}", "must be a positive integer")
_LIST: Schema = {
    "page": matching("[1-9][0-9]{0,8}", "must be a positive integer"),
    "limit": matching("[1-9][0-9]?|100", "must be an integer from 1 to 100"),
    "status": one_of(*STATUSES),
    "from_date": DATE,
    "to_date": DATE,
    "searchTerm": text(200),
    "branch_id": _ID,
    "customer_id": _ID,
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The query of a list: page number *page* (from 1), with *limit* orders, of the orders that pass all *filters*."""

    page: int
    limit: int
    filters: Mapping[str, str]

    def matches(self, order: AwalchatOrder) -> bool:
        """Return whether *order* passes every filter. The range of dates includes both ends; dates are UTC."""
        filters, created_on = self.filters, utc_date(order.created_at)
        if not filters.get("from_date", created_on) <= created_on <= filters.get("to_date", created_on):
            return False
        if filters.get("searchTerm", "").casefold() not in f"{order.id} {order.order_number}".casefold():
            return False
        exact = ("status", "branch_id", "customer_id")
        return all(str(getattr(order, name)) == filters[name] for name in exact if name in filters)


def check_order_query(query: str, phone_number_id: str) -> None:
    """Raise ApiError unless the query has our `phone_number_id` and nothing else. For calls about one order."""
    _parse_query(query, phone_number_id, {})


def parse_list_query(query: str, phone_number_id: str) -> ListQuery:
    """Parse the query of List Orders; raise ApiError for anything that is not documented."""
    filters = _parse_query(query, phone_number_id, _LIST)
    page, limit = int(filters.pop("page", "1")), int(filters.pop("limit", "10"))
    return ListQuery(page, limit, filters)


def _parse_query(query: str, phone_number_id: str, schema: Schema) -> dict[str, str]:
    parameters = split_query(query)
    schema = {**schema, "phone_number_id": one_of(phone_number_id)}
    if problems := find_problems({"phone_number_id": None, **parameters}, schema):
        if "phone_number_id" in problems:
            # The text of the rule would reveal the account's phone_number_id.
            problems["phone_number_id"] = "is missing or not one of yours"
        raise validation_failed(problems)
    return {name: value for name, value in parameters.items() if name != "phone_number_id"}
