"""The checker of the storm knows where each order must end, and which acknowledged deliveries are missing."""

import pytest

from tests.storm.checker import Checker
from tests.storm.expected import expected_stages
from tests.storm.journeys import MAIN, Fate, PlannedOrder
from tests.storm.plan import HINT, Fact, Flaw, Plan, PlannedDelivery, make_plan
from tests.storm.senders import Answer


def an_order(fate: Fate = Fate.DELIVERED) -> PlannedOrder:
    return PlannedOrder(MAIN, "10001", fate)


def said(order: PlannedOrder, *events: str) -> set[Fact]:
    return {Fact(order, event, "" if event == HINT else order.trackings[0]) for event in events}


@pytest.mark.parametrize(
    ("fate", "events", "stages"),
    [
        (Fate.DELIVERED, [], {"accepted"}),
        (Fate.DELIVERED, [HINT, "created"], {"accepted"}),
        (Fate.DELIVERED, ["out_for_delivery"], {"shipped"}),
        (Fate.DELIVERED, ["delivered"], {"completed"}),
        (Fate.TWO_PARCELS, ["delivered"], {"shipped"}),
        (Fate.UNPAID, [HINT], {"pending"}),
        (Fate.UNPAID, ["picked_up"], {"shipped"}),
        (Fate.SILENT, [], {"accepted"}),
        (Fate.MOVED_BY_HAND, [], {"completed"}),
        (Fate.CANCELLED, ["delivered"], {"cancelled"}),
        (Fate.RETURNED, ["picked_up", "returned"], {"pending", "accepted", "shipped"}),
    ],
)
def test_where_an_order_must_end_follows_from_what_was_acknowledged(fate, events, stages):
    order = an_order(fate)
    assert expected_stages(order, said(order, *events)) == stages


def checker(*answers: Answer) -> Checker:
    return Checker(Plan([an_order()], [], [], 0, 0, 0), answers)


def answer(code: int, outcome: str, flaw: Flaw = Flaw.NONE) -> Answer:
    fact = Fact(an_order(), "delivered", "TRK10001A")
    return Answer(PlannedDelivery(0, fact, flaw), code, outcome, 7)


def test_an_order_at_another_stage_is_wrong():
    judged = checker(answer(202, "accepted"))
    for status, wrong in (("completed", 0), ("delivered", 1), ("shipped", 1)):
        assert judged.wrong_orders({MAIN: {"orders": [{"id": 10001, "status": status}]}}).count == wrong


@pytest.mark.parametrize("flaw", [Flaw.STALE, Flaw.FORGED, Flaw.MALFORMED])
def test_a_delivery_with_a_flaw_justifies_nothing(flaw):
    judged = checker(answer(202, "accepted", flaw))
    assert judged.expected[MAIN, "10001"] == {"accepted"}
    assert judged.wrong_answers().count == 1


@pytest.mark.parametrize(
    ("deliveries", "events", "missing"),
    [({7: "accepted"}, {7: ["applied"]}, 0), ({}, {}, 1), ({7: "accepted"}, {}, 1), ({7: "stale"}, {7: ["noted"]}, 1)],
)
def test_an_accepted_delivery_must_be_in_the_database_with_its_event(deliveries, events, missing):
    assert checker(answer(202, "accepted")).unaccounted(deliveries, events).count == missing


def test_writes_under_two_leases_that_alternate_are_found():
    for tokens, count in ((["a", "a", "b"], 0), (["a", "b", "a"], 1)):
        assert checker().overlaps({}, {"main/1": tokens}).count == count


def test_a_seed_repeats_a_plan_and_its_shares_are_as_promised():
    plan, again = make_plan(500, 1, 30), make_plan(500, 1, 30)
    assert plan == again
    assert plan != make_plan(500, 2, 30)
    assert plan.dropped / plan.facts == pytest.approx(0.3, abs=0.03)
    assert plan.repeated / (plan.facts - plan.dropped) == pytest.approx(0.3, abs=0.03)
    assert {delivery.flaw for delivery in plan.deliveries} == set(Flaw)
    assert [delivery.at for delivery in plan.deliveries] == sorted(delivery.at for delivery in plan.deliveries)
