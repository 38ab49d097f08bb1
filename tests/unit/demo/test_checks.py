from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from worker.cli.demo.acts import At, ByHand, Ends, Hint, Placed, Scan, Tale, Trouble, minutes
from worker.cli.demo.checks import judge
from worker.cli.demo.day import DAY, OPENS
from worker.cli.demo.findings import Findings
from worker.cli.demo.platform import Report
from worker.cli.demo.senders import Receipt
from worker.cli.demo.watch import View
from worker.domain.events import EventEnd
from worker.domain.figures import Figures, Health
from worker.domain.orders import Order, OrderKey
from worker.domain.snapshot import OrderRow

ONE_DAY = (
    Tale(
        1,
        "arrives",
        Ends("delivered"),
        (At("09:01", Placed()), At("09:02", Scan("shipment.delivered", times=2))),
    ),
    Tale(
        2,
        "returns",
        Ends("shipped", "shipment_returned"),
        (At("09:01", Placed("unpaid")), At("09:05", Scan("shipment.lost", signed="forged", answered="refused"))),
    ),
)
ORDERS = {
    1: {"status": "delivered", "payment_status": "paid", "admin_notes": "gift wrap, please\nTracking: X"},
    2: {"status": "shipped", "payment_status": "unpaid", "admin_notes": "gift wrap, please"},
}
TOTALS = {"writes": 2, "illegal": 0, "unpaid_by_default": 0, "answers": {"200": 2, "500": 1}}
CALLS = [{"number": n, "order_id": "1", "code": code} for n, code in enumerate((200, 500, 200), 1)]
RECEIPTS = (
    Receipt("awalchat", 202, "accepted", 1),
    Receipt("awalchat", 202, "accepted", 2),
    Receipt("courier", 202, "accepted", 3),
    Receipt("courier", 200, "duplicate", 4),
    Receipt("courier", 401, "refused"),
)
DELIVERIES = {("awalchat", "accepted"): 2, ("courier", "accepted"): 1, ("courier", "duplicate"): 1}
REFUSED = {("courier", "refused"): 1}


def row(number: int, **fields: Any) -> OrderRow:
    order = Order(OrderKey("main", str(number)), status=ORDERS[number]["status"])
    return replace(OrderRow(order, first_seen_at=0, updated_at=0), **fields)


ROWS = {1: row(1), 2: row(2, stop="shipment_returned")}
FIGURES = Figures(DELIVERIES | REFUSED, {EventEnd.APPLIED: 3}, steps={"confirmed": 1, "uncertain": 1, "not_sent": 3})


def found(*, orders=ORDERS, rows=ROWS, totals=None, calls=CALLS, figures=FIGURES, receipts=RECEIPTS, **others):
    report = Report(orders, [], calls, TOTALS | (totals or {}))
    rest: dict[str, Any] = {"health": Health(1), "kept": frozenset({1, 2, 3, 4}), "troubles_left": 0} | others
    return Findings(view=View(report, rows, 1), figures=figures, receipts=receipts, **rest)


def differs(findings: Findings, *, in_time: bool = True) -> dict[str, tuple[str, ...]]:
    return {check.sentence: check.differs for check in judge(ONE_DAY, findings, in_time=in_time) if check.differs}


def test_a_day_that_went_as_its_story_says_passes_every_check():
    assert differs(found()) == {}


@pytest.mark.parametrize(
    ("changes", "check", "says"),
    [
        ({"rows": ROWS | {1: row(1, due=5, waiting="settle")}}, "nothing is left to do", "1 is waiting, settle"),
        ({"health": Health(1, discrepancies={"lost events": 2})}, "nothing is left to do", "2 lost events"),
        ({"orders": ORDERS | {1: ORDERS[1] | {"status": "shipped"}}}, "every order ended", "1 is shipped"),
        ({"rows": ROWS | {2: row(2)}}, "every order ended", "2 is shipped, and in the database shipped, not stopped"),
        ({"rows": {1: ROWS[1]}}, "every order ended", "in the database not known"),
        ({"receipts": RECEIPTS[:-1], "figures": replace(FIGURES, deliveries=DELIVERIES)}, "sender", "refused: 0"),
        ({"figures": replace(FIGURES, deliveries=DELIVERIES)}, "every delivery", "refused: 0 in the database, not 1"),
        ({"kept": frozenset({1, 2, 4})}, "every delivery", "delivery 3 was acknowledged and is not there"),
        ({"figures": replace(FIGURES, events={EventEnd.APPLIED: 2, EventEnd.PENDING: 1})}, "event", "1 are pending"),
        ({"figures": replace(FIGURES, events={EventEnd.APPLIED: 2})}, "every event", "2 events, and 3 accepted"),
        ({"totals": {"writes": 3}}, "every write", "the platform saw 3, and the database has 2"),
        ({"figures": replace(FIGURES, steps={"confirmed": 1, "sent": 1})}, "every write", "of 1 nobody knows"),
        ({"calls": CALLS[:2]}, "every call that failed", "1 calls failed, and 0 of them were tried again"),
        ({"troubles_left": 1}, "every call that failed", "1 of the story's troubles met no call"),
        ({"totals": {"illegal": 1}}, "no step was illegal", "1 illegal steps"),
        ({"totals": {"unpaid_by_default": 1}}, "no paid order harmed", "1 paid orders were made unpaid"),
        ({"orders": ORDERS | {1: ORDERS[1] | {"payment_status": "unpaid"}}}, "no paid order harmed", "1 was paid"),
        ({"orders": ORDERS | {1: ORDERS[1] | {"admin_notes": "TRK"}}}, "no note of others lost", "gift wrap"),
    ],
)
def test_whatever_differs_from_the_story_is_named(changes, check, says):
    named = differs(found(**changes))
    assert [sentence for sentence in named if check in sentence], named
    assert says in "\n".join(line for lines in named.values() for line in lines)


def test_a_day_that_is_not_over_in_time_is_no_success():
    assert "not over" in str(differs(found(), in_time=False))


def test_the_story_is_told_in_order_and_every_order_has_its_own():
    assert len({tale.order for tale in DAY}) == len(DAY) == len({tale.title for tale in DAY})
    for tale in DAY:
        times = [minutes(at.clock) for at in tale.day]
        assert times == sorted(times)
        assert times[0] > minutes(OPENS)
        assert [isinstance(at.act, Placed) for at in tale.day] == [True] + [False] * (len(times) - 1)


def test_the_story_has_all_that_a_day_can_bring():
    acts = [at.act for tale in DAY for at in tale.day]
    answers = Counter(act.answered for act in acts if isinstance(act, Hint | Scan))
    assert set(answers) == {"accepted", "ignored", "quarantined", "refused", "stale"}
    assert {act.fault["kind"] for act in acts if isinstance(act, Trouble)} == {"status", "lose_answer"}
    assert {act.fault.get("code") for act in acts if isinstance(act, Trouble)} == {429, 500, None}
    assert {act.status for act in acts if isinstance(act, ByHand)} == {"cancelled", "shipped"}
    assert {tale.ends.stop for tale in DAY} == {"", "shipment_returned", "moving_while_cancelled"}
