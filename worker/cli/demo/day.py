"""The day: thirteen orders, each with a story of its own. Nothing here but data.

Each order has its rows; they happen in that order, at their time and not before. `checks` compares where the orders
end, and how every delivery is answered, with what stands here.
"""

from worker.cli.demo.acts import At, ByHand, Ends, Hint, Placed, Scan, Tale, Trouble

CREATED, PICKED_UP, IN_TRANSIT = "shipment.created", "shipment.picked_up", "shipment.in_transit"
OUT, DELIVERED, RETURNED = "shipment.out_for_delivery", "shipment.delivered", "shipment.returned"

COMPLETED = Ends("completed")
OPENS = "09:00"

DAY = (
    Tale(1001, "an ordinary day", COMPLETED, (
        At("09:05", Placed()),
        At("10:40", Scan(PICKED_UP)),
        At("13:10", Scan(OUT)),
        At("14:45", Scan(DELIVERED)),
    )),
    Tale(1002, "all news three times", COMPLETED, (
        At("09:10", Placed()),
        At("11:05", Scan(PICKED_UP, times=3)),
        At("13:40", Scan(DELIVERED, times=3)),
        At("14:05", Hint("message.received", answered="ignored")),
    )),
    Tale(1003, "news in wrong order", COMPLETED, (
        At("09:20", Placed()),
        At("12:25", Scan(DELIVERED)),
        At("15:00", Scan(IN_TRANSIT, happened="11:45"), once="completed"),
        At("15:05", Scan(PICKED_UP, happened="10:30")),
    )),
    Tale(1004, "a skipped scan", COMPLETED, (
        At("09:30", Placed()),
        At("12:50", Trouble(
            "its next write, “shipped”, gets a 429 for 2 seconds",
            {"kind": "status", "code": 429, "retry_after": 2,
             "match": {"method": "PUT", "order_id": 1004, "status": "shipped"}},
        )),
        At("13:00", Scan(DELIVERED)),
    )),
    Tale(1005, "two parcels", COMPLETED, (
        At("09:35", Placed()),
        At("10:10", Scan(CREATED, parcel="A", parcels=2)),
        At("11:50", Scan("shipment.held_by_customs", parcel="A", answered="quarantined")),
        At("12:20", Scan(DELIVERED, parcel="A")),
        At("15:20", Scan(DELIVERED, parcel="B")),
    )),
    Tale(1006, "a return", Ends("shipped", "shipment_returned"), (
        At("09:40", Placed()),
        At("11:20", Scan(PICKED_UP)),
        At("15:30", Scan(RETURNED)),
    )),
    Tale(1007, "cancelled by hand", Ends("cancelled"), (
        At("09:50", Placed()),
        At("14:00", ByHand("cancelled"), once="accepted"),
        At("14:01", Hint("order.cancelled")),
    )),
    Tale(1008, "cancelled, yet moving", Ends("cancelled", "moving_while_cancelled"), (
        At("09:55", Placed()),
        At("11:00", ByHand("cancelled"), once="accepted"),
        At("11:01", Hint("order.cancelled")),
        At("14:30", Scan(PICKED_UP), once="cancelled"),
    )),
    Tale(1009, "moved ahead by hand", COMPLETED, (
        At("10:00", Placed()),
        At("12:00", ByHand("shipped"), once="accepted"),
        At("12:01", Hint("order.updated")),
        At("16:00", Scan(DELIVERED)),
    )),
    Tale(1010, "the API answers 500", COMPLETED, (
        At("10:05", Placed()),
        At("10:20", Trouble(
            "its next two writes, “shipped”, get a 500",
            {"kind": "status", "code": 500, "times": 2,
             "match": {"method": "PUT", "order_id": 1010, "status": "shipped"}},
        )),
        At("10:30", Scan(PICKED_UP)),
        At("14:10", Trouble(
            "its next read gets a 500",
            {"kind": "status", "code": 500, "match": {"method": "GET", "order_id": 1010}},
        ), once="shipped"),
        At("14:15", Scan(DELIVERED)),
    )),
    Tale(1011, "an answer gets lost", COMPLETED, (
        At("10:15", Placed()),
        At("11:10", Scan(PICKED_UP)),
        At("11:30", Trouble(
            "the answer to its next write, “delivered”, gets lost",
            {"kind": "lose_answer", "match": {"method": "PUT", "order_id": 1011, "status": "delivered"}},
        )),
        At("11:40", Scan(DELIVERED)),
    )),
    Tale(1012, "cash on delivery", COMPLETED, (
        At("10:25", Placed(payment="unpaid")),
        At("13:20", Scan(PICKED_UP)),
        At("16:20", Scan(DELIVERED)),
    )),
    Tale(1013, "forged and stale news", Ends("accepted"), (
        At("10:50", Placed()),
        At("13:50", Scan(DELIVERED, signed="forged", answered="refused")),
        At("15:50", Scan(PICKED_UP, signed="an hour ago", answered="stale")),
    )),
)  # fmt: skip
