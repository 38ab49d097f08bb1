"""awalchat's words, as data (its API reference, "Update Order")."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from worker.domain.orders import Ending, Place, Standing

STATUSES: Mapping[str, Standing] = MappingProxyType(
    {
        "pending": Place.PENDING,
        "accepted": Place.ACCEPTED,
        "shipped": Place.SHIPPED,
        "delivered": Place.DELIVERED,
        "completed": Place.COMPLETED,
        "cancelled": Ending.CANCELLED,
        "refunded": Ending.REFUNDED,
    }
)
"""What each status means to us; any other word means nothing that we know."""

WORDS: Mapping[Standing, str] = MappingProxyType({standing: word for word, standing in STATUSES.items()})
"""The status that asks for a place."""

_ORDER_ID = re.compile("[1-9][0-9]{0,18}")
_BEYOND = 10**19


def read_order_id(value: object) -> str:
    """Return the order id that a document names as *value*, a string or an integer; raises ValueError for any other."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _BEYOND:
        return str(value)
    if isinstance(value, str) and _ORDER_ID.fullmatch(value):
        return value
    raise ValueError("is not an order id: a positive integer of at most 19 digits")
