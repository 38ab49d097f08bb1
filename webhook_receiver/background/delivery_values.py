"""What the log says of one delivery."""

from collections.abc import Mapping

from worker.ports import Delivery, Receipt

MAX_NAMED = 5
"""How many orders and events of one delivery a line names."""


def delivery_values(receipt: Receipt, source: str, delivery: Delivery | None = None) -> Mapping[str, object]:
    """Return the values of the line about a delivery of *source*, whose events were read into *delivery*, if any."""
    events = delivery.events if delivery else ()
    orders = dict.fromkeys(str(event.order) for event in events)
    names = dict.fromkeys(event.name.value for event in events)
    why = {"reason": receipt.reason.value} if receipt.reason else {}
    return {
        "source": source,
        "outcome": receipt.outcome.value,
        **why,
        "delivery": receipt.delivery_id,
        "orders": [*orders][:MAX_NAMED],
        "events": [*names][:MAX_NAMED],
    }
