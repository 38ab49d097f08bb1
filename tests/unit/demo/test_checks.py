from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from worker.cli.demo.checks import check_day
from worker.cli.demo.clients import Reply, Report
from worker.cli.demo.couriers import COURIERS
from worker.cli.demo.findings import Findings
from worker.cli.demo.progress import View
from worker.cli.demo.script import At, CourierScan, Expected, NewOrder, Replay, Scenario
from worker.domain.events import EventResult
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.figures import Figures, Health, Integrity
from worker.domain.overview.snapshot import OrderRow
from worker.domain.reasons import Discrepancy
from worker.domain.stages import Stage

LOST = Integrity(discrepancies={Discrepancy.EVENT_WITHOUT_ORDER: 2})

ONE, RETURNED, SAME_ID = OrderKey("riyadh", "1"), OrderKey("riyadh", "2"), OrderKey("jakarta", "1")
TWO_SHOPS = (
    Scenario(
        ONE,
        "arrives",
        Expected("delivered"),
        (At("09:01", NewOrder()), At("09:02", CourierScan("open", "shipment.delivered", times=2))),
    ),
    Scenario(
        RETURNED,
        "returns",
        Expected("shipped", "shipment_returned"),
        (
            At("09:01", NewOrder("unpaid")),
            At("09:05", CourierScan("open", "shipment.lost", signature="forged", answer="refused")),
            At("09:06", CourierScan("token", "shipment.out_for_delivery", unknown=True, answer="quarantined")),
            At("09:07", Replay("token", "shipment.out_for_delivery")),
        ),
    ),
    Scenario(
        SAME_ID,
        "is completed",
        Expected("completed"),
        (At("09:01", NewOrder()), At("09:03", CourierScan("batch", "shipment.delivered", others=("2",)))),
    ),
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
OPEN, TOKEN, BATCH = (COURIERS[kind].source for kind in ("open", "token", "batch"))
REPLIES = (
    Reply("awalchat", 202, "accepted", 1),
    Reply("awalchat", 202, "accepted", 2),
    Reply(OPEN, 202, "accepted", 3),
    Reply(OPEN, 200, "duplicate", 4),
    Reply(BATCH, 200, "accepted", 5),
    Reply(TOKEN, 200, "quarantined"),
    Reply(OPEN, 401, "refused"),
)
DELIVERIES = {("awalchat", "accepted"): 2, (OPEN, "accepted"): 1, (OPEN, "duplicate"): 1}
DELIVERIES |= {(BATCH, "accepted"): 1, (TOKEN, "accepted"): 1}
REFUSED = {(OPEN, "refused"): 1}
EVENTS = {
    (ONE, "hint"): 1,
    (RETURNED, "hint"): 1,
    (ONE, "shipment.delivered"): 1,
    (RETURNED, "shipment.out_for_delivery"): 1,
    (SAME_ID, "shipment.delivered"): 1,
    (OrderKey("jakarta", "2"), "shipment.delivered"): 1,
}


def row(key: OrderKey, stage: Stage, **fields: Any) -> OrderRow:
    return replace(OrderRow(Order(key, stage=stage), first_seen_at=0, updated_at=0), **fields)


ROWS = {
    ONE: row(ONE, Stage.DELIVERED),
    RETURNED: row(RETURNED, Stage.SHIPPED, stop="shipment_returned"),
    SAME_ID: row(SAME_ID, Stage.COMPLETED),
}
FIGURES = Figures(
    DELIVERIES | REFUSED, {EventResult.APPLIED: 6}, writes={"confirmed": 2, "uncertain": 1, "not_sent": 3}
)


def findings_of(
    *, orders=ORDERS, rows=ROWS, riyadh=None, jakarta=None, calls=CALLS, figures=FIGURES, replies=REPLIES, **others
):
    totals = {"riyadh": TOTALS["riyadh"] | (riyadh or {}), "jakarta": TOTALS["jakarta"] | (jakarta or {})}
    reports = {
        account: Report(
            {key: order for key, order in orders.items() if key.account == account},
            [],
            calls[account],
            totals_of_account,
        )
        for account, totals_of_account in totals.items()
    }
    rest: dict[str, Any] = {"health": Health(1), "stored_ids": frozenset({1, 2, 3, 4, 5}), "unused_faults": 0}
    rest |= {"events": EVENTS} | others
    return Findings(view=View(reports, rows, 1), figures=figures, replies=replies, **rest)


def with_fields(order: OrderKey, **fields: object) -> dict[str, Any]:
    return {"orders": ORDERS | {order: ORDERS[order] | fields}}


def differences(findings: Findings, *, in_time: bool = True) -> dict[str, tuple[str, ...]]:
    return {
        check.sentence: check.differences
        for check in check_day(TWO_SHOPS, findings, in_time=in_time)
        if check.differences
    }


def test_a_day_that_went_as_its_scenarios_say_passes_every_check():
    assert differences(findings_of()) == {}


@pytest.mark.parametrize(
    ("changes", "check", "says"),
    [
        (
            {"rows": ROWS | {ONE: row(ONE, Stage.DELIVERED, due=5, waiting="settle")}},
            "nothing is left to do",
            "riyadh/1 is waiting, settle",
        ),
        ({"health": Health(1, integrity=LOST)}, "nothing is left to do", "2 event_without_order"),
        (with_fields(ONE, status="shipped"), "every order ended", "riyadh/1 is shipped"),
        (with_fields(SAME_ID, metadata={"campaign": "bazaar"}), "every order ended", "jakarta/1 is delivered"),
        (with_fields(SAME_ID, status="processing"), "every order ended", "jakarta/1 is accepted"),
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
        ({"replies": REPLIES[:-1], "figures": replace(FIGURES, deliveries=DELIVERIES)}, "sender", "refused: 0"),
        ({"figures": replace(FIGURES, deliveries=DELIVERIES)}, "every delivery", "refused: 0 in the database, not 1"),
        ({"stored_ids": frozenset({1, 2, 4, 5})}, "every delivery", "delivery 3 was acknowledged and is not there"),
        (
            {"figures": replace(FIGURES, events={EventResult.APPLIED: 5, EventResult.PENDING: 1})},
            "every event",
            "1 are pending",
        ),
        (
            {"figures": replace(FIGURES, events={EventResult.APPLIED: 5})},
            "every event",
            "5 have a result, and 6 belong to a delivery",
        ),
        (
            {"figures": replace(FIGURES, deliveries=DELIVERIES | REFUSED | {(TOKEN, "accepted"): 0})},
            "every delivery",
            f"{TOKEN} accepted: 0 in the database, not 1",
        ),
        (
            {"events": {event: 1 for event in EVENTS if event != (OrderKey("jakarta", "2"), "shipment.delivered")}},
            "every word",
            "shipment.delivered of jakarta/2: 0 in the database, not 1",
        ),
        ({"jakarta": {"writes": 2}}, "every write", "the platforms saw 4, and the database has 3"),
        ({"figures": replace(FIGURES, writes={"confirmed": 2, "sent": 1})}, "every write", "1 have no answer yet"),
        (
            {"calls": CALLS | {"riyadh": CALLS["riyadh"][:2]}},
            "every call that failed",
            "1 calls failed, and 0 of them were tried again",
        ),
        ({"unused_faults": 1}, "every call that failed", "1 of the faults of the day met no call"),
        ({"jakarta": {"illegal": 1}}, "no step was illegal", "1 illegal steps at jakarta"),
        ({"riyadh": {"unpaid_by_default": 1}}, "no data of others was lost", "1 × unpaid_by_default at riyadh"),
        ({"jakarta": {"notes_lost": 2}}, "no data of others was lost", "2 × notes_lost at jakarta"),
        ({"jakarta": {"metadata_lost": 1}}, "no data of others was lost", "1 × metadata_lost at jakarta"),
        (
            with_fields(ONE, payment_status="unpaid"),
            "no data of others was lost",
            "riyadh/1 was placed with the payment_status “paid”",
        ),
        (with_fields(ONE, admin_notes="TRK"), "no data of others was lost", "gift wrap"),
        (with_fields(SAME_ID, notes="TRK"), "no data of others was lost", "jakarta/1 was placed with the notes"),
        (
            with_fields(SAME_ID, metadata={"fulfillment": {"stage": "completed"}}),
            "no data of others was lost",
            "jakarta/1 was placed with the metadata",
        ),
    ],
)
def test_every_difference_from_a_scenario_is_named_with_its_shop(changes, check, says):
    by_sentence = differences(findings_of(**changes))
    assert [sentence for sentence in by_sentence if check in sentence], by_sentence
    assert says in "\n".join(line for lines in by_sentence.values() for line in lines)


def test_a_day_that_is_not_over_in_time_fails_a_check():
    assert "not over" in str(differences(findings_of(), in_time=False))


def test_a_search_that_goes_on_is_something_left_to_do():
    unresolved = OrderKey("jakarta", "number:INV/1")
    searching = findings_of(rows=ROWS | {unresolved: OrderRow(Order(unresolved), 0, 0, due=5)})
    assert not searching.view.is_at_rest
    assert "jakarta/number:INV/1 is waiting" in str(differences(searching))


def test_a_later_call_for_the_other_shops_order_of_that_id_is_no_retry():
    assert findings_of(calls=CALLS | {"riyadh": CALLS["riyadh"][:2]}).retries == 0


def test_the_sums_are_those_of_both_platforms():
    both = findings_of(riyadh={"unpaid_by_default": 1}, jakarta={"notes_lost": 2})
    assert both.total("writes") == 3
    assert both.answers == Counter({"200": 4, "500": 1})
    assert sum(both.losses.values()) == 3
    assert (both.failed_calls, both.retries) == (1, 1)


def test_every_sentence_fits_into_a_terminal():
    sentences = [check.sentence for check in check_day(TWO_SHOPS, findings_of(), in_time=True)]
    assert max(map(len, sentences)) <= 80 - len("  ✓ ")
