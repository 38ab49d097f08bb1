from collections import Counter

from worker.cli.demo.couriers import COURIERS
from worker.cli.demo.day import DAY, OPENING
from worker.cli.demo.screen import COLUMNS
from worker.cli.demo.script import ApiFault, CourierScan, ManualChange, NewOrder, PlatformEvent, Replay, Scenario
from worker.cli.demo.shops import SHOPS, shop_of
from worker.cli.demo.timing import minutes_of
from worker.domain.orders import OrderKey

ACTIONS = [(scenario, at.action) for scenario in DAY for at in scenario.timetable]
SCANS = [(scenario, action) for scenario, action in ACTIONS if isinstance(action, CourierScan)]
SCENARIOS = {scenario.order: scenario for scenario in DAY}


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
    assert {action.kind for action in actions if isinstance(action, CourierScan)} == {*COURIERS}
    assert {scenario.expected.stop for scenario in DAY} == {"", "shipment_returned", "moving_while_cancelled"}


def test_every_shop_has_orders_and_the_id_that_both_use_ends_differently_in_each():
    assert {scenario.order.account for scenario in DAY} == {*SHOPS}
    ends = [scenario.expected for scenario in DAY if scenario.order.order_id == "1001"]
    assert len(ends) == len(set(ends)) == len(SHOPS)


def test_a_platform_that_posts_no_webhooks_posts_no_event():
    events = [scenario for scenario, action in ACTIONS if isinstance(action, PlatformEvent)]
    assert not [scenario for scenario in events if not shop_of(scenario.order).platform_source]


def test_a_courier_reports_only_the_orders_of_its_shop_by_what_the_platform_has():
    for scenario, scan in SCANS:
        assert COURIERS[scan.kind].account == scenario.order.account
        for reported in (scenario, *map(SCENARIOS.get, others_of(scenario, scan))):
            text = str(COURIERS[scan.kind].model_dump())
            assert reported
            assert "$order_id" in text or "$number" in text or reported.new_order.tracking
            assert "$number" not in text or reported.new_order.number


def others_of(scenario: Scenario, scan: CourierScan) -> list[OrderKey]:
    return [scenario.order._replace(order_id=other) for other in scan.others]


def test_a_list_of_parcels_is_posted_after_all_its_orders_were_placed():
    lists = [(scenario, at) for scenario in DAY for at in scenario.timetable if getattr(at.action, "others", ())]
    assert lists
    for scenario, at in lists:
        assert isinstance(at.action, CourierScan)
        assert COURIERS[at.action.kind].list_field
        for other in others_of(scenario, at.action):
            assert minutes_of(SCENARIOS[other].timetable[0].clock) < minutes_of(at.clock)
            assert [*SCENARIOS].index(other) < [*SCENARIOS].index(scenario.order)  # on a machine that lags behind


def test_a_word_is_replayed_after_the_delivery_with_it_was_quarantined():
    replays = [(scenario, action) for scenario, action in ACTIONS if isinstance(action, Replay)]
    assert replays
    for scenario, replay in replays:
        actions = [at.action for at in scenario.timetable]
        scan = actions[actions.index(replay) - 1]
        assert isinstance(scan, CourierScan)
        assert (scan.kind, scan.event, scan.unknown, scan.answer) == (replay.kind, replay.event, True, "quarantined")


def test_every_order_and_its_title_fit_into_the_table():
    for scenario in DAY:
        assert len(scenario.order.order_id) <= COLUMNS[0]
        assert len(scenario.title) <= COLUMNS[1]
