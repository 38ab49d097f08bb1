"""An order at awalchat, the steps it may take there, and what a hand may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Self

from deploy.sandbox.instants import day, shown_instant
from deploy.sandbox.orders import Order, Step
from deploy.sandbox.rules import DATE, Rule, integer, one_of, or_null, text

ROAD = ("pending", "accepted", "shipped", "delivered", "completed")
OFF_THE_ROAD = ("cancelled", "refunded")
STATUSES = (*ROAD, *OFF_THE_ROAD)
PAYMENT_STATUSES = ("paid", "unpaid")
# Sources: the answer of the vendor's Update Order. Nothing else of an order is ever shown to a client.
SHOWN = ("id", "order_number", "status", "payment_status", "shipping_date", "delivery_date", "admin_notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwalchatOrder(Order):
    """One order, whose id is an integer; a PUT that leaves `payment_status` out harms it when it was paid."""

    ID: ClassVar[Rule] = integer(1)
    BY_HAND: ClassVar[Mapping[str, Rule]] = {
        "order_number": text(100),
        "status": text(64),
        "payment_status": one_of(*PAYMENT_STATUSES),
        "shipping_date": or_null(DATE),
        "delivery_date": or_null(DATE),
        "admin_notes": or_null(text(100_000)),
        "branch_id": or_null(integer(1)),
        "customer_id": or_null(integer(1)),
    }
    HARMS: ClassVar[tuple[str, ...]] = ("unpaid_by_default",)

    id: int
    payment_status: str = "unpaid"
    shipping_date: str | None = None
    delivery_date: str | None = None
    admin_notes: str | None = None
    branch_id: int | None = None
    customer_id: int | None = None

    @property
    def rank(self) -> tuple[int, str]:
        return self.id, ""

    @property
    def day(self) -> str:
        """The UTC date of its creation, YYYY-MM-DD."""
        return day(self.created_at)

    def asked(self, sent: Mapping[str, object]) -> Step:
        wanted = sent.get("status")
        return judge(self.status, wanted if isinstance(wanted, str) else None)

    def harmed_by(self, sent: Mapping[str, object]) -> tuple[str, ...]:
        return self.HARMS if self.payment_status == "paid" and "payment_status" not in sent else ()

    def updated(self, sent: Mapping[str, object], now: int) -> Self:
        """Apply a PUT. `payment_status` has the documented default `unpaid`, which is read strictly."""
        return self.changed({"payment_status": "unpaid", **sent}, now)

    def shown(self) -> dict[str, object]:
        """Give the eight documented fields, as a client sees them."""
        return {**{name: getattr(self, name) for name in SHOWN}, "updated_at": shown_instant(self.updated_at)}


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
