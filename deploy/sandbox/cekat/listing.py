"""What a list at Cekat can be asked for: filters, and a page of what passes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deploy.sandbox.cekat.orders import CekatOrder
from deploy.sandbox.cekat.steps import STATUSES
from deploy.sandbox.instants import span
from deploy.sandbox.reading import read_query
from deploy.sandbox.rules import SPAN, Rule, matching, one_of, text

EVER = 10**18
"""Microseconds; later than any instant."""
ENDLESS = float("inf")
SEARCHED = ("id", "order_number", "tracking_number", "customer_id")
_MONEY = matching(r"[0-9]{1,12}(\.[0-9]{1,6})?", "must be a number")
_FORM: Mapping[str, Rule] = {
    "customer_id": text(200),
    "status": one_of(*STATUSES),
    "from": SPAN,
    "to": SPAN,
    "min_total": _MONEY,
    "max_total": _MONEY,
    "search": text(200),
    "limit": matching("[1-9][0-9]?|100", "must be an integer from 1 to 100"),
    "offset": matching("0|[1-9][0-9]{0,8}", "must be an integer from 0"),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """Which orders a list asks for, and how many from which on. Both ends of a range are included.

    *same* are fields and the values that they must have; *created* is in microseconds.
    """

    limit: int
    offset: int
    same: Mapping[str, str]
    created: tuple[int, int]
    total: tuple[float, float]
    search: str

    def wants(self, order: CekatOrder) -> bool:
        """Say whether *order* passes every filter."""
        return (
            all(getattr(order, name) == value for name, value in self.same.items())
            and self.created[0] <= order.created_at <= self.created[1]
            and self.total[0] <= order.total <= self.total[1]
            and any(self.search in str(getattr(order, name) or "").casefold() for name in SEARCHED)
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The orders from *offset* on, at most *limit* of the *total* that a list found."""

    orders: Sequence[CekatOrder]
    total: int
    limit: int
    offset: int

    @classmethod
    def of(cls, listing: Listing, orders: Sequence[CekatOrder]) -> "Page":
        """Pick what *listing* wants of *orders*."""
        found = [order for order in orders if listing.wants(order)]
        chosen = found[listing.offset : listing.offset + listing.limit]
        return cls(chosen, len(found), listing.limit, listing.offset)


def read_listing(query: str) -> Listing:
    """Read the query of a list; raise Refusal for what is not documented."""
    asked = read_query(query, _FORM)
    return Listing(
        limit=int(asked.get("limit", "50")),
        offset=int(asked.get("offset", "0")),
        same={name: asked[name] for name in ("customer_id", "status") if name in asked},
        created=(span(asked["from"])[0] if "from" in asked else -EVER, span(asked["to"])[1] if "to" in asked else EVER),
        total=(float(asked.get("min_total", "0")), float(asked.get("max_total", ENDLESS))),
        search=asked.get("search", "").casefold(),
    )
