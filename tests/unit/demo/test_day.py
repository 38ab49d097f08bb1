from collections import Counter

from worker.cli.demo.day import DAY, OPENS
from worker.cli.demo.live import COLUMNS
from worker.cli.demo.script import ByHand, Hint, Placed, Scan, Trouble, minutes
from worker.cli.demo.shops import SHOPS, shop_of

ACTS = [(tale, at.act) for tale in DAY for at in tale.day]


def test_the_story_is_told_in_order_and_every_order_has_its_own():
    assert len({tale.order for tale in DAY}) == len(DAY) == len({tale.title for tale in DAY})
    for tale in DAY:
        times = [minutes(at.clock) for at in tale.day]
        assert times == sorted(times)
        assert times[0] > minutes(OPENS)
        assert [isinstance(at.act, Placed) for at in tale.day] == [True] + [False] * (len(times) - 1)


def test_the_story_has_all_that_a_day_can_bring():
    acts = [act for _, act in ACTS]
    answers = Counter(act.answered for act in acts if isinstance(act, Hint | Scan))
    assert set(answers) == {"accepted", "ignored", "quarantined", "refused", "stale"}
    assert {act.fault["kind"] for act in acts if isinstance(act, Trouble)} == {"status", "lose_answer"}
    assert {act.fault.get("code") for act in acts if isinstance(act, Trouble)} == {429, 500, None}
    assert {act.status for act in acts if isinstance(act, ByHand)} == {"cancelled", "shipped", "refunded"}
    assert {act.by for act in acts if isinstance(act, Scan)} == {"id", "number", "parcel"}
    assert {tale.event_results.stop for tale in DAY} == {"", "shipment_returned", "moving_while_cancelled"}


def test_every_shop_has_orders_and_an_id_that_both_have_is_two_orders_which_end_differently():
    assert {tale.order.account for tale in DAY} == {*SHOPS}
    event_results = [tale.event_results for tale in DAY if tale.order.order_id == "1001"]
    assert len(event_results) == len(set(event_results)) == len(SHOPS)


def test_a_platform_that_posts_no_webhooks_tells_of_nothing():
    assert not [tale for tale, act in ACTS if isinstance(act, Hint) and not shop_of(tale.order).hooks]


def test_who_knows_a_number_or_a_parcel_knows_what_the_platform_has():
    for tale, act in ACTS:
        if isinstance(act, Scan) and act.by == "number":
            assert tale.placed.number
        if isinstance(act, Scan) and act.by == "parcel":
            assert tale.placed.tracking == f"TRK-{tale.order.order_id}{act.parcel}"


def test_every_order_and_its_story_fit_into_the_table():
    for tale in DAY:
        assert len(tale.order.order_id) <= COLUMNS[0]
        assert len(tale.title) <= COLUMNS[1]
