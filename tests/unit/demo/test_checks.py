from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from worker.cli.demo.checks import judge
from worker.cli.demo.findings import Findings
from worker.cli.demo.platform import Report
from worker.cli.demo.script import At, Ends, Placed, Scan, Tale
from worker.cli.demo.senders import Receipt
from worker.cli.demo.watch import View
from worker.domain.events import EventResult
from worker.domain.figures import Figures, Health
from worker.domain.orders import Order, OrderKey
from worker.domain.snapshot import OrderRow
from worker.domain.stages import Stage

ONE, RETURNED, SAME_ID = OrderKey("riyadh", "1"), OrderKey("riyadh", "2"), OrderKey("jakarta", "1")
TWO_SHOPS = (
    Tale(ONE, "arrives", Ends("delivered"), (At("09:01", Placed()), At("09:02", Scan("shipment.delivered", times=2)))),
    Tale(
        RETURNED,
        "returns",
        Ends("shipped", "shipment_returned"),
        (At("09:01", Placed("unpaid")), At("09:05", Scan("shipment.lost", signed="forged", answered="refused"))),
    ),
    Tale(SAME_ID, "is completed", Ends("completed"), (At("09:01", Placed()), At("09:03", Scan("shipment.delivered")))),
)
ORDERS: dict[OrderKey, dict[str, Any]] = {
    ONE: {"status": "delivered", "payment_status": "paid", "admin_notes": "gift wrap, please\nTracking: X"},
    RETURNED: {"status": "shipped", "payment_status": "unpaid", "admin_notes": "gift wrap, please"},
    SAME_ID: {
        "status": "delivered",
        "notes": "gift wrap, please",
        "metadata": {"campaign": "bazaar", "fulfillment": {"stage": "completed"}},
    },
}
TOTALS: dict[str, dict[str, Any]] = {
    "riyadh": {"writes": 2, "illegal": 0, "unpaid_by_default": 0, "answers": {"200": 2, "500": 1}},
    "jakarta": {"writes": 1, "illegal": 0, "notes_lost": 0, "metadata_lost": 0, "answers": {"200": 2}},
}
CALLS: dict[str, list[dict[str, Any]]] = {
    "riyadh": [{"number": n, "order_id": "1", "code": code} for n, code in enumerate((200, 500, 200), 1)],
    "jakarta": [{"number": n, "order_id": "1", "code": 200} for n in (1, 2, 3, 4)],
}
RECEIPTS = (
    Receipt("awalchat", 202, "accepted", 1),
    Receipt("awalchat", 202, "accepted", 2),
    Receipt("courier", 202, "accepted", 3),
    Receipt("courier", 200, "duplicate", 4),
    Receipt("kurir", 202, "accepted", 5),
    Receipt("courier", 401, "refused"),
)
DELIVERIES = {("awalchat", "accepted"): 2, ("courier", "accepted"): 1, ("courier", "duplicate"): 1}
DELIVERIES |= {("kurir", "accepted"): 1}
REFUSED = {("courier", "refused"): 1}


def row(key: OrderKey, stage: Stage, **fields: Any) -> OrderRow:
    return replace(OrderRow(Order(key, stage=stage), first_seen_at=0, updated_at=0), **fields)


ROWS = {
    ONE: row(ONE, Stage.DELIVERED),
    RETURNED: row(RETURNED, Stage.SHIPPED, stop="shipment_returned"),
    SAME_ID: row(SAME_ID, Stage.COMPLETED),
}
FIGURES = Figures(DELIVERIES | REFUSED, {EventResult.APPLIED: 4}, steps={"confirmed": 2, "uncertain": 1, "not_sent": 3})


def found(
    *, orders=ORDERS, rows=ROWS, riyadh=None, jakarta=None, calls=CALLS, figures=FIGURES, receipts=RECEIPTS, **others
):
    totals = {"riyadh": TOTALS["riyadh"] | (riyadh or {}), "jakarta": TOTALS["jakarta"] | (jakarta or {})}
    reports = {
        account: Report(
            {key: order for key, order in orders.items() if key.account == account}, [], calls[account], of_it
        )
        for account, of_it in totals.items()
    }
    rest: dict[str, Any] = {"health": Health(1), "kept": frozenset({1, 2, 3, 4, 5}), "troubles_left": 0} | others
    return Findings(view=View(reports, rows, 1), figures=figures, receipts=receipts, **rest)


def shown(order: OrderKey, **fields: object) -> dict[str, Any]:
    return {"orders": ORDERS | {order: ORDERS[order] | fields}}


def differs(findings: Findings, *, in_time: bool = True) -> dict[str, tuple[str, ...]]:
    return {check.sentence: check.differs for check in judge(TWO_SHOPS, findings, in_time=in_time) if check.differs}


def test_a_day_that_went_as_its_story_says_passes_every_check():
    assert differs(found()) == {}


@pytest.mark.parametrize(
    ("changes", "check", "says"),
    [
        (
            {"rows": ROWS | {ONE: row(ONE, Stage.DELIVERED, due=5, waiting="settle")}},
            "nothing is left to do",
            "riyadh/1 is waiting, settle",
        ),
        ({"health": Health(1, discrepancies={"lost events": 2})}, "nothing is left to do", "2 lost events"),
        (shown(ONE, status="shipped"), "every order ended", "riyadh/1 is shipped"),
        (shown(SAME_ID, metadata={"campaign": "bazaar"}), "every order ended", "jakarta/1 is delivered"),
        (shown(SAME_ID, status="processing"), "every order ended", "jakarta/1 is accepted"),
        (
            {"rows": ROWS | {SAME_ID: row(SAME_ID, Stage.DELIVERED)}},
            "every order ended",
            "jakarta/1 is completed, and in the database delivered, not stopped",
        ),
        (
            {"rows": ROWS | {RETURNED: row(RETURNED, Stage.SHIPPED)}},
            "every order ended",
            "riyadh/2 is shipped, and in the database shipped, not stopped",
        ),
        ({"rows": {ONE: ROWS[ONE]}}, "every order ended", "in the database not known"),
        ({"orders": {ONE: ORDERS[ONE], RETURNED: ORDERS[RETURNED]}}, "every order ended", "jakarta/1 is missing"),
        ({"receipts": RECEIPTS[:-1], "figures": replace(FIGURES, deliveries=DELIVERIES)}, "sender", "refused: 0"),
        ({"figures": replace(FIGURES, deliveries=DELIVERIES)}, "every delivery", "refused: 0 in the database, not 1"),
        ({"kept": frozenset({1, 2, 4, 5})}, "every delivery", "delivery 3 was acknowledged and is not there"),
        (
            {"figures": replace(FIGURES, events={EventResult.APPLIED: 3, EventResult.PENDING: 1})},
            "event",
            "1 are pending",
        ),
        ({"figures": replace(FIGURES, events={EventResult.APPLIED: 3})}, "every event", "3 events, and 4 accepted"),
        ({"jakarta": {"writes": 2}}, "every write", "the platforms saw 4, and the database has 3"),
        ({"figures": replace(FIGURES, steps={"confirmed": 2, "sent": 1})}, "every write", "of 1 nobody knows"),
        (
            {"calls": CALLS | {"riyadh": CALLS["riyadh"][:2]}},
            "every call that failed",
            "1 calls failed, and 0 of them were tried again",
        ),
        ({"troubles_left": 1}, "every call that failed", "1 of the story's troubles met no call"),
        ({"jakarta": {"illegal": 1}}, "no step was illegal", "1 illegal steps at jakarta"),
        ({"riyadh": {"unpaid_by_default": 1}}, "no paid order harmed", "1 × unpaid_by_default at riyadh"),
        ({"jakarta": {"notes_lost": 2}}, "no note of others lost", "2 × notes_lost at jakarta"),
        ({"jakarta": {"metadata_lost": 1}}, "no note of others lost", "1 × metadata_lost at jakarta"),
        (
            shown(ONE, payment_status="unpaid"),
            "no paid order harmed",
            "riyadh/1 was placed with the payment_status “paid”",
        ),
        (shown(ONE, admin_notes="TRK"), "no note of others lost", "gift wrap"),
        (shown(SAME_ID, notes="TRK"), "no note of others lost", "jakarta/1 was placed with the notes"),
        (
            shown(SAME_ID, metadata={"fulfillment": {"stage": "completed"}}),
            "no note of others lost",
            "jakarta/1 was placed with the metadata",
        ),
    ],
)
def test_whatever_differs_from_the_story_is_named_with_its_shop(changes, check, says):
    named = differs(found(**changes))
    assert [sentence for sentence in named if check in sentence], named
    assert says in "\n".join(line for lines in named.values() for line in lines)


def test_a_day_that_is_not_over_in_time_is_no_success():
    assert "not over" in str(differs(found(), in_time=False))


def test_a_search_that_goes_on_is_something_left_to_do():
    sought = OrderKey("jakarta", "number:INV/1")
    looking = found(rows=ROWS | {sought: OrderRow(Order(sought), 0, 0, due=5)})
    assert not looking.view.is_at_rest
    assert "jakarta/number:INV/1 is waiting" in str(differs(looking))


def test_a_later_call_for_the_other_shops_order_of_that_id_makes_up_for_nothing():
    assert found(calls=CALLS | {"riyadh": CALLS["riyadh"][:2]}).retries == 0


def test_the_sums_are_those_of_both_platforms():
    both = found(riyadh={"unpaid_by_default": 1}, jakarta={"notes_lost": 2})
    assert both.total("writes") == 3
    assert both.answers == Counter({"200": 4, "500": 1})
    assert sum(both.harms.values()) == 3
    assert (both.failed_calls, both.retries) == (1, 1)
