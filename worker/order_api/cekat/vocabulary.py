"""Cekat's words, as data (its API reference, "Orders")."""

import re

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
        # Not among the statuses that an order can be given, and yet shown by the platform's own integrations.
        "shipping": "shipped",
        "completed": "completed",
    },
    asks={Stage.ACCEPTED: "processing", Stage.SHIPPED: "shipped", Stage.DELIVERED: "delivered"},
)
"""Completion has no word that could ask for it: it stands in the order's metadata, under `NAMESPACE`."""

NAMESPACE = "fulfillment"
"""The one key of an order's metadata that is ours."""

_ORDER_ID = re.compile("[A-Za-z0-9_-]{1,64}")
_BEYOND = 10**64


def read_order_id(value: object) -> str:
    """Return the order id that a document names as *value*, a string or an integer; raises ValueError for any other."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _BEYOND:
        return str(value)
    if isinstance(value, str) and _ORDER_ID.fullmatch(value):
        return value
    raise ValueError("is not an order id: at most 64 letters, digits, hyphens and underscores")
