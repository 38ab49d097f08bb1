"""The words and ids of Cekat, as data (source: its API reference, "Orders")."""

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
        # No update can set these two, but the platform's own integrations do.
        "shipping": "shipped",
        "completed": "completed",
    },
    status_of={Stage.ACCEPTED: "processing", Stage.SHIPPED: "shipped", Stage.DELIVERED: "delivered"},
)
"""There is no status for completion. We record it in the order's metadata, under `METADATA_KEY`."""
PAYMENTS: Mapping[str, Payment] = {"paid": Payment.PAID, "unpaid": Payment.UNPAID}
"""The meaning of each `payment_status`, which only some responses have. Any other word means nothing."""

METADATA_KEY = "fulfillment"
"""The only key of an order's metadata that we write: `{"stage": …, "at": …}`."""

_ORDER_ID = re.compile("[A-Za-z0-9_-]{1,64}")
_TOO_LARGE = 10**64


def read_order_id(value: object) -> str:
    """Return an order id, a JSON string or integer, as text. Raises ValueError, whose text completes "<value> …"."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _TOO_LARGE:
        return str(value)
    if isinstance(value, str) and _ORDER_ID.fullmatch(value):
        return value
    raise ValueError("is not an order id: at most 64 letters, digits, hyphens and underscores")
