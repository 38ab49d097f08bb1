"""An order of the simulated platform, and the steps it may take there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise

ROAD = ("pending", "accepted", "shipped", "delivered", "completed")
OFF_THE_ROAD = ("cancelled", "refunded")
STATUSES = (*ROAD, *OFF_THE_ROAD)
PAYMENT_STATUSES = ("paid", "unpaid")
# Sources: the answer of the vendor's Update Order. Nothing else of an order is ever shown to a client.
SHOWN = ("order_number", "status", "payment_status", "shipping_date", "delivery_date", "admin_notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order; *created_at* and *updated_at* are microseconds since the epoch, UTC."""

    id: int
    order_number: str
    created_at: int
    updated_at: int
    status: str = "pending"
    payment_status: str = "unpaid"
    shipping_date: str | None = None
    delivery_date: str | None = None
    admin_notes: str | None = None
    branch_id: int | None = None
    customer_id: int | None = None

    def shown(self) -> dict[str, object]:
        """Give the eight documented fields, as a client sees them."""
        fields = {name: getattr(self, name) for name in SHOWN}
        return {"id": self.id, **fields, "updated_at": _instant(self.updated_at).strftime("%Y-%m-%dT%H:%M:%SZ")}

    @property
    def day(self) -> str:
        """The UTC date of its creation, YYYY-MM-DD."""
        return _instant(self.created_at).date().isoformat()


class Step(StrEnum):
    """What a PUT asks of an order's status."""

    NONE = "none"
    MOVE = "move"
    REPEAT = "repeat"
    ILLEGAL = "illegal"


def judge(current: str, wanted: str | None) -> Step:
    """Say what it is to ask an order at *current* for *wanted* (None: no status was sent).

    One place forward along the road is a move. Cancelled and refunded can be reached from every place
    but completed, and are final. The status it already has is a repeat. All else is illegal.
    """
    if wanted is None:
        return Step.NONE
    if wanted == current:
        return Step.REPEAT
    if wanted in OFF_THE_ROAD:
        return Step.MOVE if current in ROAD[:-1] else Step.ILLEGAL
    return Step.MOVE if (current, wanted) in pairwise(ROAD) else Step.ILLEGAL


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
