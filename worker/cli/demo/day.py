"""The demo day: fifteen orders of two shops, each with its own scenario. This module is data alone.

The actions of one order happen one after another, each not before its time. `checks` compares the end of each order,
and the reply to each delivery, with the scenario. Both shops have an order 1001, on purpose. A courier that knows an
order by its number can report only orders that have one.
"""

from functools import partial

from worker.cli.demo.script import (
    ApiFault,
    At,
    CourierScan,
    Expected,
    ManualChange,
    NewOrder,
    PlatformEvent,
    Replay,
    Scenario,
)
from worker.domain.orders import OrderKey

RIYADH, JAKARTA = partial(OrderKey, "riyadh"), partial(OrderKey, "jakarta")
OPEN, SIGNED, TOKEN = (partial(CourierScan, kind) for kind in ("open", "signed", "token"))
WAYBILL, BATCH = (partial(CourierScan, kind) for kind in ("waybill", "batch"))

CREATED, PICKED_UP, IN_TRANSIT = "shipment.created", "shipment.picked_up", "shipment.in_transit"
OUT, DELIVERED, RETURNED = "shipment.out_for_delivery", "shipment.delivered", "shipment.returned"

COMPLETED = Expected("completed")
OPENING = "09:00"

DAY = (
    Scenario(RIYADH("1001"), "an ordinary day", COMPLETED, (
        At("09:05", NewOrder()),
        At("10:40", SIGNED(PICKED_UP)),
        At("13:10", SIGNED(OUT)),
        At("14:45", SIGNED(DELIVERED)),
    )),
    Scenario(RIYADH("1002"), "every event 3 times", COMPLETED, (
        At("09:10", NewOrder(number="AWL-1002")),
        At("11:05", TOKEN(PICKED_UP, times=3)),
        At("13:40", TOKEN(DELIVERED, times=3)),
        At("14:05", PlatformEvent("message.received", answer="ignored")),
    )),
    Scenario(RIYADH("1003"), "events in wrong order", COMPLETED, (
        At("09:20", NewOrder()),
        At("12:25", SIGNED(DELIVERED)),
        At("15:00", SIGNED(IN_TRANSIT, happened_at="11:45"), wait_for="completed"),
        At("15:05", SIGNED(PICKED_UP, happened_at="10:30")),
    )),
    Scenario(RIYADH("1004"), "a skipped scan", COMPLETED, (
        At("09:30", NewOrder()),
        At("12:50", ApiFault(
            "its next write gets a 429 for 2 seconds",
            {"method": "PUT", "status": "shipped"}, {"kind": "status", "code": 429, "retry_after": 2},
        )),
        At("13:00", SIGNED(DELIVERED)),
    )),
    Scenario(RIYADH("1005"), "two parcels", COMPLETED, (
        At("09:35", NewOrder()),
        At("10:10", OPEN(CREATED, parcel="A", parcels=2)),
        At("11:50", OPEN("shipment.held_by_customs", parcel="A", answer="quarantined")),
        At("12:20", OPEN(DELIVERED, parcel="A")),
        At("15:20", OPEN(DELIVERED, parcel="B")),
    )),
    Scenario(RIYADH("1006"), "cancelled, yet moving", Expected("cancelled", "moving_while_cancelled"), (
        At("09:55", NewOrder()),
        At("11:00", ManualChange("cancelled"), wait_for="accepted"),
        At("11:01", PlatformEvent("order.cancelled")),
        At("14:30", SIGNED(PICKED_UP), wait_for="cancelled"),
    )),
    Scenario(RIYADH("1007"), "moved ahead by hand", COMPLETED, (
        At("10:00", NewOrder()),
        At("12:00", ManualChange("shipped"), wait_for="accepted"),
        At("12:01", PlatformEvent("order.updated")),
        At("15:25", OPEN(DELIVERED)),
    )),
    Scenario(RIYADH("1008"), "unpaid, unknown word", COMPLETED, (
        At("10:25", NewOrder(payment="unpaid", number="AWL-1008")),
        At("13:20", TOKEN(OUT, unknown=True, answer="quarantined")),
        At("14:00", Replay("token", OUT)),
        At("15:35", TOKEN(DELIVERED)),
    )),
    Scenario(RIYADH("1009"), "forged, stale events", Expected("accepted"), (
        At("10:50", NewOrder()),
        At("13:50", SIGNED(DELIVERED, signature="forged", answer="refused")),
        At("15:40", OPEN(PICKED_UP, signature="an hour old", answer="stale")),
    )),
    Scenario(JAKARTA("1001"), "same id, and a return", Expected("shipped", "shipment_returned"), (
        At("09:15", NewOrder(number="INV/1001")),
        At("09:45", BATCH(CREATED)),
        At("15:30", BATCH(RETURNED), wait_for="shipped"),
    )),
    Scenario(JAKARTA("ord_kopi"), "in a list of parcels", COMPLETED, (
        At("09:25", NewOrder(number="INV/0714")),
        At("12:10", BATCH(PICKED_UP)),
        At("14:50", BATCH(DELIVERED)),
    )),
    Scenario(JAKARTA("ord_teh"), "known by its waybill", COMPLETED, (
        At("09:40", NewOrder(tracking="TRK-ord_teh")),
        At("11:45", WAYBILL(PICKED_UP)),
        At("15:10", WAYBILL(DELIVERED)),
    )),
    Scenario(JAKARTA("ord_soto"), "the API answers 500", COMPLETED, (
        At("10:05", NewOrder(number="INV/0715")),
        At("11:20", ApiFault(
            "its next two writes get a 500",
            {"method": "PUT", "status": "shipped"}, {"kind": "status", "code": 500, "times": 2},
        )),
        At("11:25", BATCH(PICKED_UP)),
        At("14:10", ApiFault(
            "its next read gets a 500", {"method": "GET"}, {"kind": "status", "code": 500},
        ), wait_for="shipped"),
        At("14:15", BATCH(DELIVERED)),
    )),
    Scenario(JAKARTA("ord_sate"), "an answer gets lost", COMPLETED, (
        At("10:10", NewOrder(number="INV/0716")),
        At("11:10", BATCH(PICKED_UP, others=("1001",))),
        At("11:30", ApiFault(
            "the answer to its next write gets lost",
            {"method": "PUT", "status": "delivered"}, {"kind": "lose_answer"},
        )),
        At("11:40", BATCH(DELIVERED)),
    )),
    Scenario(JAKARTA("ord_mie"), "refunded, no event", Expected("refunded"), (
        At("10:35", NewOrder(number="INV/0717")),
        At("10:55", BATCH(CREATED, others=("ord_soto", "ord_kopi"))),
        At("12:40", ManualChange("refunded"), wait_for="accepted"),
        At("14:25", BATCH(PICKED_UP)),
    )),
)  # fmt: skip
