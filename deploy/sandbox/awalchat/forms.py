"""What awalchat's documentation lets a call say: the fields of an update, the parameters of a query."""

from collections.abc import Mapping
from dataclasses import dataclass

from deploy.sandbox.awalchat.orders import PAYMENT_STATUSES, STATUSES, AwalchatOrder
from deploy.sandbox.reading import read_parameters
from deploy.sandbox.refusals import validation_failed
from deploy.sandbox.rules import DATE, Rule, integer, matching, one_of, problems, text

# The documentation gives no limit for notes; a client must cope with one.
NOTES_LIMIT = 2000
UPDATE: Mapping[str, Rule] = {
    "admin_notes": text(NOTES_LIMIT),
    "status": one_of(*STATUSES),
    "payment_status": one_of(*PAYMENT_STATUSES),
    "shipping_date": DATE,
    "delivery_date": DATE,
    "branch_id": integer(1),
}
_ID = matching("[1-9][0-9]{0,18}", "must be a positive integer")
_LISTING: Mapping[str, Rule] = {
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
class Listing:
    """Which orders a list asks for, and which page of them (from 1)."""

    page: int
    limit: int
    filters: Mapping[str, str]

    def wants(self, order: AwalchatOrder) -> bool:
        """Say whether *order* passes every filter; dates are those of its creation, both ends included."""
        filters = self.filters
        if not filters.get("from_date", order.day) <= order.day <= filters.get("to_date", order.day):
            return False
        if filters.get("searchTerm", "").casefold() not in f"{order.id} {order.order_number}".casefold():
            return False
        same = ("status", "branch_id", "customer_id")
        return all(str(getattr(order, name)) == filters[name] for name in same if name in filters)


def check_single(query: str, phone_number_id: str) -> None:
    """Raise Refusal unless the query of a call about one order is our `phone_number_id` and nothing else."""
    _read_query(query, phone_number_id, {})


def read_listing(query: str, phone_number_id: str) -> Listing:
    """Read the query of List Orders; raise Refusal for what is not documented."""
    filters = _read_query(query, phone_number_id, _LISTING)
    page, limit = int(filters.pop("page", "1")), int(filters.pop("limit", "10"))
    return Listing(page, limit, filters)


def _read_query(query: str, phone_number_id: str, form: Mapping[str, Rule]) -> dict[str, str]:
    parameters = read_parameters(query)
    ours = one_of(phone_number_id)
    if found := problems({"phone_number_id": None, **parameters}, {**form, "phone_number_id": ours}):
        # The identity of the account is no business of a caller who does not know it.
        known = {"phone_number_id": "is missing or not one of yours"} if "phone_number_id" in found else {}
        raise validation_failed({**found, **known})
    return {name: value for name, value in parameters.items() if name != "phone_number_id"}
