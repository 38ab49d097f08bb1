"""The news of the benchmarks: each order's four places, one event for each."""

import json
import random
from collections.abc import Iterable

from tests.support.courier import news

PLACES = ("accepted", "shipped", "delivered", "completed")


def told(order_id: int, stage: str) -> str:
    """One event as it travels."""
    return json.dumps(news(f"{order_id}-{stage}", f"order.{stage}", order_id))


def day(orders: Iterable[int], *, seed: int = 1, repeats: float = 0.0) -> list[str]:
    """All news of *orders* in any order; *repeats* is the share of it that comes twice."""
    chance = random.Random(seed)
    once = [told(order_id, stage) for order_id in orders for stage in PLACES]
    everything = once + chance.sample(once, int(repeats * len(once)))
    chance.shuffle(everything)
    return everything
