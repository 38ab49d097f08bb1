"""The events of the benchmarks as JSON documents: one for each stage of an order."""

import json
import random
from collections.abc import Iterable

from tests.support.courier import event_document

STAGES = ("accepted", "shipped", "delivered", "completed")


def document(order_id: int, stage: str) -> str:
    """Return the document of one event."""
    return json.dumps(event_document(f"{order_id}-{stage}", f"order.{stage}", order_id))


def documents(orders: Iterable[int], *, seed: int = 1, repeats: float = 0.0) -> list[str]:
    """Return the documents of all events of *orders*, shuffled. The share *repeats* of them comes twice."""
    chance = random.Random(seed)
    once = [document(order_id, stage) for order_id in orders for stage in STAGES]
    shuffled = once + chance.sample(once, int(repeats * len(once)))
    chance.shuffle(shuffled)
    return shuffled
