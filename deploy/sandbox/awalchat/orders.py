"""An order at awalchat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from deploy.sandbox.awalchat.fields import ID, MANUAL
from deploy.sandbox.awalchat.steps import step_between
from deploy.sandbox.instants import UnixMicroseconds, format_instant
from deploy.sandbox.orders import Order, Step
from deploy.sandbox.rules import Rule, Schema

# Source: the response of the vendor's Update Order. With `updated_at`, these are all fields that a client sees.
CLIENT_FIELDS = ("id", "order_number", "status", "payment_status", "shipping_date", "delivery_date", "admin_notes")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwalchatOrder(Order):
    """One order; its id is an integer. Dates are YYYY-MM-DD.

    An update without `payment_status` makes a paid order unpaid, and the totals count it as `unpaid_by_default`.
    """

    ID: ClassVar[Rule] = ID
    MANUAL_FIELDS: ClassVar[Schema] = MANUAL
    DATA_LOSSES: ClassVar[tuple[str, ...]] = ("unpaid_by_default",)

    id: int
    payment_status: str = "unpaid"
    shipping_date: str | None = None
    delivery_date: str | None = None
    admin_notes: str | None = None
    branch_id: int | None = None
    customer_id: int | None = None

    @property
    def sort_key(self) -> tuple[int, str]:
        return self.id, ""

    def step(self, fields: Mapping[str, object]) -> Step:
        target = fields.get("status")
        return step_between(self.status, target if isinstance(target, str) else None)

    def data_losses(self, fields: Mapping[str, object]) -> tuple[str, ...]:
        return self.DATA_LOSSES if self.payment_status == "paid" and "payment_status" not in fields else ()

    def updated(self, fields: Mapping[str, object], now: UnixMicroseconds) -> Self:
        """Return the order after a legal update. `payment_status` has the documented default `unpaid`."""
        return self.changed_manually({"payment_status": "unpaid", **fields}, now)

    def client_fields(self) -> dict[str, object]:
        fields = {name: getattr(self, name) for name in CLIENT_FIELDS}
        return {**fields, "updated_at": format_instant(self.updated_at)}
