from collections import Counter

from worker.cli.demo.day import DAY, OPENING
from worker.cli.demo.screen import COLUMNS
from worker.cli.demo.script import ApiFault, CourierScan, ManualChange, NewOrder, PlatformEvent
from worker.cli.demo.shops import SHOPS, shop_of
from worker.cli.demo.timing import minutes_of

ACTIONS = [(scenario, at.action) for scenario in DAY for at in scenario.timetable]


def test_the_actions_of_an_order_are_sorted_by_time_and_every_order_has_its_own_scenario():
    assert len({scenario.order for scenario in DAY}) == len(DAY) == len({scenario.title for scenario in DAY})
    for scenario in DAY:
        times = [minutes_of(at.clock) for at in scenario.timetable]
        assert times == sorted(times)
        assert times[0] > minutes_of(OPENING)
        is_new = [isinstance(at.action, NewOrder) for at in scenario.timetable]
        assert is_new == [True] + [False] * (len(times) - 1)


def test_the_day_has_every_kind_of_action_answer_fault_and_stop():
    actions = [action for _, action in ACTIONS]
    answers = Counter(action.answer for action in actions if isinstance(action, PlatformEvent | CourierScan))
    assert set(answers) == {"accepted", "ignored", "quarantined", "refused", "stale"}
    assert {action.fault["kind"] for action in actions if isinstance(action, ApiFault)} == {"status", "lose_answer"}
    assert {action.fault.get("code") for action in actions if isinstance(action, ApiFault)} == {429, 500, None}
    assert {action.status for action in actions if isinstance(action, ManualChange)} == {
        "cancelled",
        "shipped",
        "refunded",
    }
    assert {action.named_by for action in actions if isinstance(action, CourierScan)} == {"id", "number", "parcel"}
    assert {scenario.expected.stop for scenario in DAY} == {"", "shipment_returned", "moving_while_cancelled"}


def test_every_shop_has_orders_and_the_id_that_both_use_ends_differently_in_each():
    assert {scenario.order.account for scenario in DAY} == {*SHOPS}
    ends = [scenario.expected for scenario in DAY if scenario.order.order_id == "1001"]
    assert len(ends) == len(set(ends)) == len(SHOPS)


def test_a_platform_that_posts_no_webhooks_posts_no_event():
    events = [scenario for scenario, action in ACTIONS if isinstance(action, PlatformEvent)]
    assert not [scenario for scenario in events if not shop_of(scenario.order).platform_source]


def test_a_courier_names_an_order_only_by_what_its_platform_has():
    for scenario, action in ACTIONS:
        if isinstance(action, CourierScan) and action.named_by == "number":
            assert scenario.new_order.number
        if isinstance(action, CourierScan) and action.named_by == "parcel":
            assert scenario.new_order.tracking == f"TRK-{scenario.order.order_id}{action.parcel}"


def test_every_order_and_its_title_fit_into_the_table():
    for scenario in DAY:
        assert len(scenario.order.order_id) <= COLUMNS[0]
        assert len(scenario.title) <= COLUMNS[1]
