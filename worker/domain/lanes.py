"""Lanes: which orders come before others, by what the platform has shown of them."""

from enum import IntEnum

from worker.domain.orders import Order


class Lane(IntEnum):
    """What is known of an order. The lower lanes come first."""

    KNOWN = 0
    """The platform has shown the order."""
    NEW = 1
    """Nobody knows whether it exists: the platform has not been asked yet, or has not answered."""
    MISSING = 2
    """The platform was asked, and does not have it, or refuses to show it."""


def lane_of(order: Order) -> Lane:
    """Return the lane of *order*. A reference is never known: when its order is found, it is gone."""
    if is_unknown(order):
        return Lane.NEW if order.missing_since is None else Lane.MISSING
    return Lane.KNOWN


def is_unknown(order: Order) -> bool:
    """Tell whether the platform has never shown the order."""
    return order.read_at is None or order.key.reference is not None
