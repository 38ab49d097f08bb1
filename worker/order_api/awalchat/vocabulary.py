"""The words and ids of awalchat, as data (source: its API reference, "Update Order")."""

import re
from collections.abc import Mapping

from worker.domain.orders import Payment
from worker.domain.stages import STAGES, TerminalStatus
from worker.order_api.statuses import StatusTable

STATUSES = StatusTable(
    meanings={position.value: position.value for position in (*STAGES, *TerminalStatus)},
    status_of={stage: stage.value for stage in STAGES[1:]},
)
"""Its statuses are the same words as our stages and terminal statuses."""
PAYMENTS: Mapping[str, Payment] = {"paid": Payment.PAID, "unpaid": Payment.UNPAID}
"""The meaning of each `payment_status`. Any other word means nothing."""

_ORDER_ID = re.compile("[1-9][0-9]{0,18}")
_TOO_LARGE = 10**19


def read_order_id(value: object) -> str:
    """Return an order id, a JSON string or integer, as text. Raises ValueError, whose text completes "<value> …"."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _TOO_LARGE:
        return str(value)
    if isinstance(value, str) and _ORDER_ID.fullmatch(value):
        return value
    raise ValueError("is not an order id: a positive integer of at most 19 digits")
