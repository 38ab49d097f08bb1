"""What the log says of one delivery."""

from collections.abc import Mapping

from worker.domain.errors import StoreError
from worker.ports import Delivery, Receipt

MAX_NAMED = 5
"""How many orders and events of one delivery a line names."""


def delivery_values(
    result: Receipt | StoreError, source: str, delivery: Delivery | None = None
) -> Mapping[str, object]:
    """Return the values of the line about a delivery of *source*, whose events were read into *delivery*, if any.

    *result* is its receipt, or the error for which it was not written.
    """
    if isinstance(result, StoreError):
        return {"source": source, "reason": result.reason}
    events = delivery.events if delivery else ()
    orders = dict.fromkeys(str(event.order) for event in events)
    names = dict.fromkeys(event.name.value for event in events)
    why = {"reason": result.reason.value} if result.reason else {}
    return {
        "source": source,
        "outcome": result.outcome.value,
        **why,
        "delivery": result.delivery_id,
        "orders": [*orders][:MAX_NAMED],
        "events": [*names][:MAX_NAMED],
    }
