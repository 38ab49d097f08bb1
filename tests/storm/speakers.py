"""Couriers with formats of their own: their words for our events, and where they write an order's number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support.couriers.aftership import AFTERSHIP
from tests.support.couriers.aymakan import AYMAKAN
from tests.support.couriers.bosta import BOSTA
from tests.support.couriers.karrio import KARRIO
from tests.support.couriers.kiriminaja import KIRIMINAJA
from tests.support.couriers.ninjavan import NINJAVAN
from tests.support.couriers.oto import OTO
from tests.support.couriers.samples import Courier, Sent
from tests.support.couriers.sendcloud import SENDCLOUD


@dataclass(frozen=True, slots=True)
class Speaker:
    """A courier, its *words* by our events without `shipment.`, and its *fields* for an order's and a parcel's number.

    An event that is not in *words* is one that this courier does not report.
    """

    courier: Courier
    words: Mapping[str, str]
    fields: Callable[[str, str], dict[str, Any]]

    def sent(self, event: str, at: datetime, number: str, tracking: str) -> Sent:
        """Return the request that reports *event*."""
        return self.courier.sent(self.courier.document(self.words[event], at, **self.fields(number, tracking)))


def _words(*words: str) -> dict[str, str]:
    """Return the *words* by event; an empty word: the courier does not report it."""
    events = ("created", "picked_up", "in_transit", "out_for_delivery", "delivered", "returned")
    return {event: word for event, word in zip(events, words, strict=True) if word}


SPEAKERS = {
    speaker.courier.profile: speaker
    for speaker in (
        Speaker(
            OTO,
            _words("shipmentCreated", "pickedUp", "inTransit", "outForDelivery", "delivered", "returned"),
            lambda number, tracking: {"orderId": number, "trackingNumber": tracking},
        ),
        Speaker(
            BOSTA,
            _words("10", "21", "30", "41", "45", "46"),
            lambda number, tracking: {"businessReference": number, "trackingNumber": tracking},
        ),
        Speaker(
            AYMAKAN,
            _words("AY-0001", "AY-0002", "AY-0003", "AY-0004", "AY-0005", "AY-0008"),
            lambda number, tracking: {"reference": number, "tracking": tracking},
        ),
        Speaker(
            NINJAVAN,
            _words(
                *("Pending Pickup", "Picked Up, In Transit to Origin Hub", "Arrived at Transit Hub"),
                *("On Vehicle for Delivery", "Delivered", "Returned to Sender"),
            ),
            lambda number, tracking: {"shipper_order_ref_no": number, "tracking_id": tracking},
        ),
        Speaker(
            SENDCLOUD,
            _words("1", "22", "91", "92", "11", "62992"),
            lambda number, tracking: {"order_number": number, "tracking_number": tracking},
        ),
        Speaker(
            AFTERSHIP,
            _words("InfoReceived", "", "InTransit", "OutForDelivery", "Delivered", ""),
            lambda number, tracking: {"order_number": number, "tracking_number": tracking},
        ),
        Speaker(
            KARRIO,
            _words("pending", "picked_up", "in_transit", "out_for_delivery", "delivered", "return_to_sender"),
            lambda number, tracking: {"info": {"order_id": number}, "tracking_number": tracking},
        ),
        Speaker(
            KIRIMINAJA,
            _words("processed_packages", "shipped_packages", "", "", "finished_packages", "returned_packages"),
            lambda number, tracking: {"order_id": number, "awb": tracking},
        ),
    )
}
"""By profile. Two of our couriers name no order, so their parcels must be registered; they are not among these."""
