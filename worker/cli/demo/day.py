"""The day: fifteen orders of two shops, each with a story of its own. Nothing here but data.

Each order has its rows; they happen in that order, at their time and not before. `checks` compares where the orders
end, and how every delivery is answered, with what stands here. Both shops have an order 1001.
"""

from functools import partial

from worker.cli.demo.script import At, ByHand, Ends, Hint, Placed, Scan, Tale, Trouble
from worker.domain.orders import OrderKey

RIYADH, JAKARTA = partial(OrderKey, "riyadh"), partial(OrderKey, "jakarta")

CREATED, PICKED_UP, IN_TRANSIT = "shipment.created", "shipment.picked_up", "shipment.in_transit"
OUT, DELIVERED, RETURNED = "shipment.out_for_delivery", "shipment.delivered", "shipment.returned"

COMPLETED = Ends("completed")
OPENS = "09:00"

DAY = (
    Tale(RIYADH("1001"), "an ordinary day", COMPLETED, (
        At("09:05", Placed()),
        At("10:40", Scan(PICKED_UP)),
        At("13:10", Scan(OUT)),
        At("14:45", Scan(DELIVERED)),
    )),
    Tale(RIYADH("1002"), "all news three times", COMPLETED, (
        At("09:10", Placed()),
        At("11:05", Scan(PICKED_UP, times=3)),
        At("13:40", Scan(DELIVERED, times=3)),
        At("14:05", Hint("message.received", answered="ignored")),
    )),
    Tale(RIYADH("1003"), "news in wrong order", COMPLETED, (
        At("09:20", Placed()),
        At("12:25", Scan(DELIVERED)),
        At("15:00", Scan(IN_TRANSIT, happened="11:45"), once="completed"),
        At("15:05", Scan(PICKED_UP, happened="10:30")),
    )),
    Tale(RIYADH("1004"), "a skipped scan", COMPLETED, (
        At("09:30", Placed()),
        At("12:50", Trouble(
            "its next write gets a 429 for 2 seconds",
            {"method": "PUT", "status": "shipped"}, {"kind": "status", "code": 429, "retry_after": 2},
        )),
        At("13:00", Scan(DELIVERED)),
    )),
    Tale(RIYADH("1005"), "two parcels", COMPLETED, (
        At("09:35", Placed()),
        At("10:10", Scan(CREATED, parcel="A", parcels=2)),
        At("11:50", Scan("shipment.held_by_customs", parcel="A", answered="quarantined")),
        At("12:20", Scan(DELIVERED, parcel="A")),
        At("15:20", Scan(DELIVERED, parcel="B")),
    )),
    Tale(RIYADH("1006"), "cancelled, yet moving", Ends("cancelled", "moving_while_cancelled"), (
        At("09:55", Placed()),
        At("11:00", ByHand("cancelled"), once="accepted"),
        At("11:01", Hint("order.cancelled")),
        At("14:30", Scan(PICKED_UP), once="cancelled"),
    )),
    Tale(RIYADH("1007"), "moved ahead by hand", COMPLETED, (
        At("10:00", Placed()),
        At("12:00", ByHand("shipped"), once="accepted"),
        At("12:01", Hint("order.updated")),
        At("15:25", Scan(DELIVERED)),
    )),
    Tale(RIYADH("1008"), "cash on delivery", COMPLETED, (
        At("10:25", Placed(payment="unpaid")),
        At("13:20", Scan(PICKED_UP)),
        At("15:35", Scan(DELIVERED)),
    )),
    Tale(RIYADH("1009"), "forged and stale news", Ends("accepted"), (
        At("10:50", Placed()),
        At("13:50", Scan(DELIVERED, signed="forged", answered="refused")),
        At("15:40", Scan(PICKED_UP, signed="an hour old", answered="stale")),
    )),
    Tale(JAKARTA("1001"), "same id, and a return", Ends("shipped", "shipment_returned"), (
        At("09:15", Placed()),
        At("09:45", Scan(CREATED)),
        At("11:20", Scan(PICKED_UP)),
        At("15:30", Scan(RETURNED)),
    )),
    Tale(JAKARTA("ord_kopi"), "known by its number", COMPLETED, (
        At("09:25", Placed(number="INV/2026/0714")),
        At("10:15", Scan(CREATED, by="number")),
        At("12:10", Scan(PICKED_UP, by="number")),
        At("14:50", Scan(DELIVERED, by="number")),
    )),
    Tale(JAKARTA("ord_teh"), "known by its parcel", COMPLETED, (
        At("09:40", Placed(tracking="TRK-ord_teh")),
        At("11:45", Scan(PICKED_UP, by="parcel")),
        At("15:10", Scan(DELIVERED, by="parcel")),
    )),
    Tale(JAKARTA("ord_soto"), "the API answers 500", COMPLETED, (
        At("10:05", Placed()),
        At("10:20", Trouble(
            "its next two writes get a 500",
            {"method": "PUT", "status": "shipped"}, {"kind": "status", "code": 500, "times": 2},
        )),
        At("10:30", Scan(PICKED_UP)),
        At("14:10", Trouble(
            "its next read gets a 500", {"method": "GET"}, {"kind": "status", "code": 500},
        ), once="shipped"),
        At("14:15", Scan(DELIVERED)),
    )),
    Tale(JAKARTA("ord_sate"), "an answer gets lost", COMPLETED, (
        At("10:10", Placed()),
        At("11:10", Scan(PICKED_UP)),
        At("11:30", Trouble(
            "the answer to its next write gets lost",
            {"method": "PUT", "status": "delivered"}, {"kind": "lose_answer"},
        )),
        At("11:40", Scan(DELIVERED)),
    )),
    Tale(JAKARTA("ord_mie"), "refunded in silence", Ends("refunded"), (
        At("10:35", Placed()),
        At("10:55", Scan(CREATED)),
        At("12:40", ByHand("refunded"), once="accepted"),
        At("14:25", Scan(PICKED_UP)),
    )),
)  # fmt: skip
