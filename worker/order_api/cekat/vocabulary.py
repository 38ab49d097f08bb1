"""Cekat's words, as data (its API reference, "Orders")."""

import re
from collections.abc import Mapping

from worker.domain.orders import Payment
from worker.domain.stages import Stage
from worker.order_api.statuses import StatusTable

STATUSES = StatusTable(
    meanings={
        "pending": "pending",
        "paid": "paid",
        "processing": "accepted",
        "shipped": "shipped",
        "delivered": "delivered",
        "cancelled": "cancelled",
        "refunded": "refunded",
        # These two cannot be set by an update, and the platform's own integrations show them.
        "shipping": "shipped",
        "completed": "completed",
    },
    status_of={Stage.ACCEPTED: "processing", Stage.SHIPPED: "shipped", Stage.DELIVERED: "delivered"},
)
"""Completion has no status that could be set: it is recorded in the order's metadata, under `METADATA_KEY`."""
PAYMENTS: Mapping[str, Payment] = {"paid": Payment.PAID, "unpaid": Payment.UNPAID}
"""What a `payment_status` says, which only some answers have; any other word says nothing."""

METADATA_KEY = "fulfillment"
"""The only key of an order's metadata that is ours: `{"stage": …, "at": …}`."""

_ORDER_ID = re.compile("[A-Za-z0-9_-]{1,64}")
_TOO_LARGE = 10**64


def read_order_id(value: object) -> str:
    """Return the order id that a document has as *value*, a string or an integer; raises ValueError for any other."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _TOO_LARGE:
        return str(value)
    if isinstance(value, str) and _ORDER_ID.fullmatch(value):
        return value
    raise ValueError("is not an order id: at most 64 letters, digits, hyphens and underscores")
