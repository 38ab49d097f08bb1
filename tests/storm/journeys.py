"""The orders of a storm: what becomes of each, and which events its courier has for it. No code under test is used."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.storm.speakers import SPEAKERS


class Fate(StrEnum):
    """What becomes of an order."""

    DELIVERED = "delivered"
    """Its only parcel arrives."""
    TWO_PARCELS = "two parcels"
    """It has two parcels, and every event says so."""
    UNPAID = "unpaid"
    """The customer has not paid, so only a parcel that moves gets the order accepted."""
    SILENT = "silent"
    """No webhook of it arrives: only a scan can find it."""
    MOVED_BY_HAND = "moved by hand"
    """No webhook of it arrives, and somebody sets it to delivered at the platform."""
    CANCELLED = "cancelled"
    """Somebody cancels it at the platform, at any time."""
    RETURNED = "returned"
    """The courier brings its parcel back."""


SHARES = {
    Fate.DELIVERED: 0.83,
    Fate.TWO_PARCELS: 0.05,
    Fate.UNPAID: 0.03,
    Fate.SILENT: 0.03,
    Fate.MOVED_BY_HAND: 0.02,
    Fate.CANCELLED: 0.02,
    Fate.RETURNED: 0.02,
}
WAY = ("created", "picked_up", "in_transit", "out_for_delivery", "delivered")
WAY_BACK = ("created", "picked_up", "in_transit", "returned")
MAIN, SECOND = "main", "jakarta"
"""The two accounts: at awalchat and at Cekat."""
SECOND_SHARE = 0.2
SPEAKER_SHARE = 0.3
"""The share of the orders of `MAIN` whose courier posts in a format of its own, and names orders by their number."""
FIRST_NUMBER = 10_001
"""All numbers have five digits, so none is the beginning of another."""


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order. *speaker* is the courier with a format of its own; empty: the open format."""

    account: str
    order_id: str
    fate: Fate
    speaker: str = ""

    @property
    def number(self) -> str:
        return f"ORD-{self.order_id}"

    @property
    def trackings(self) -> tuple[str, ...]:
        """The tracking number of each parcel."""
        return tuple(f"TRK{self.order_id}{letter}" for letter in ("AB" if self.fate is Fate.TWO_PARCELS else "A"))

    @property
    def way(self) -> Sequence[str]:
        """The events of each parcel, without `shipment.`, in the sequence in which they happen."""
        return WAY_BACK if self.fate is Fate.RETURNED else WAY


def plan_orders(count: int, chance: random.Random) -> list[PlannedOrder]:
    """Return *count* orders of both accounts."""
    fates = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    return [_plan_order(number, fate, chance) for number, fate in enumerate(fates, FIRST_NUMBER)]


def _plan_order(number: int, fate: Fate, chance: random.Random) -> PlannedOrder:
    if chance.random() < SECOND_SHARE:
        return PlannedOrder(SECOND, f"ord_{number}", fate)
    has_own_format = fate is not Fate.TWO_PARCELS and chance.random() < SPEAKER_SHARE
    return PlannedOrder(MAIN, str(number), fate, chance.choice(sorted(SPEAKERS)) if has_own_format else "")
