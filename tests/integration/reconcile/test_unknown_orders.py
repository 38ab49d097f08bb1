"""Orders that the platform has never shown: each event about one buys a few calls, and none of them delays others."""

from collections import Counter

import pytest

from tests.support.events import an_event
from tests.support.fake_order_api import FakeOrder, fails
from tests.support.harness import ENQUEUE_AGAIN_AFTER
from tests.support.scans import ScanHarness
from worker.domain.errors import OrderGone, OrderMissing, ReadRefused, Transient, Unauthorized
from worker.domain.instants import MINUTE, SECOND
from worker.domain.lanes import Lane
from worker.domain.orders import OrderKey

NOT_THERE = OrderMissing("no such order", 404)
MISPRINT = OrderKey("main", "999")
NUMBER = OrderKey("main", "number:ORD-9")


def answer_always(harness, error):
    """Let the platform answer each read and each search of an order that it does not have with *error*."""
    show, find = harness.api.read, harness.api.find

    def read(order_id):
        if order_id not in harness.api.orders:
            harness.api.script("read", fails(error))
        return show(order_id)

    def found(reference, ended_by=None, before_call=lambda: None):
        ids = find(reference, ended_by, before_call)
        if not ids:
            raise error
        return ids

    harness.api.read, harness.api.find = read, found


@pytest.mark.parametrize(
    ("error", "most"),
    [
        (NOT_THERE, 7),
        (OrderGone("gone", 410), 7),
        (ReadRefused("validation_failed", 400), 7),
        (ReadRefused("not yours", 403), 7),
        (ReadRefused("not an order", 422), 7),
        (Unauthorized("no", 401), 7),
        (Transient("HTTP 500", 500), 25),
    ],
    ids=lambda value: getattr(value, "status", None),
)
@pytest.mark.parametrize("key", [MISPRINT, NUMBER], ids=["id", "number"])
def test_one_event_about_an_order_that_does_not_exist_buys_a_few_calls(harness, key, error, most):
    answer_always(harness, error)
    harness.accept(an_event(order=key))
    harness.run_for(days=4)
    assert harness.row(key)["stop"] in {"unknown_order", "gave_up"}
    assert len(harness.api.calls) <= most


def run(harness, seconds, step=1):
    """Claim and reconcile orders for *seconds*, as a scheduler and a few workers do, each *step* seconds."""
    ends_at = harness.clock() + seconds * SECOND
    while harness.clock() < ends_at:
        for key in harness.due_orders.claim(16, ENQUEUE_AGAIN_AFTER):
            harness.reconcile(key)
        harness.clock.now += step * SECOND


def test_orders_that_the_platform_does_not_have_get_a_tenth_of_the_calls(limited):
    answer_always(limited, NOT_THERE)
    for number in range(20):
        limited.accept(an_event(order=OrderKey("main", f"9{number}")))
    run(limited, 60)
    assert {limited.row(key)["lane"] for key in limited.order_keys()} == {Lane.MISSING}
    limited.api.calls.clear()
    run(limited, 120)
    assert 15 <= len(limited.api.calls) <= 22


def test_a_known_order_and_a_new_one_of_another_source_do_not_wait_for_a_flood_of_misprints(limited):
    answer_always(limited, NOT_THERE)
    limited.api.orders |= {"1": FakeOrder(), "2": FakeOrder()}
    limited.accept("order.accepted")
    limited.reconcile()
    for number in range(60):
        limited.accept(an_event(source="leaked", order=OrderKey("main", f"9{number}")))
    limited.clock.now += SECOND
    limited.accept("shipment.picked_up")
    limited.accept(an_event(order=OrderKey("main", "2")))
    run(limited, 15)
    assert [limited.row(OrderKey("main", order_id))["stage"] for order_id in "12"] == ["shipped", "shipped"]
    assert Counter(limited.row(key)["reported_by"] for key in limited.order_keys()) == {"courier": 2, "leaked": 60}


def test_the_calls_of_a_minute_are_made_although_searches_could_need_three_each(limited):
    answer_always(limited, NOT_THERE)
    for number in range(90):
        limited.accept(an_event(order=OrderKey("main", f"number:ORD-{number}")))
    run(limited, 60)
    assert len(limited.api.calls) >= 90


def test_waiting_for_the_small_budget_does_not_stop_the_hour_of_an_unknown_order(limited):
    answer_always(limited, NOT_THERE)
    limited.limits["main"] = 10
    for number in range(3):
        limited.accept(an_event(order=OrderKey("main", f"9{number}")))
    run(limited, 4000, step=30)
    assert {limited.row(key)["stop"] for key in limited.order_keys()} == {"unknown_order"}
    assert limited.hold_ends() == {}


def test_refused_reads_of_unknown_orders_lead_to_one_probe_in_five_minutes(harness):
    answer_always(harness, ReadRefused("not yours", 403))
    for number in range(20):
        harness.accept(an_event(order=OrderKey("main", f"9{number}")))
        harness.clock.now += 10 * SECOND
        harness.reconcile(OrderKey("main", f"9{number}"))
    assert harness.api.probes == 1
    harness.clock.now += 5 * MINUTE
    harness.run_for(minutes=1)
    assert harness.api.probes == 2


def test_a_list_that_shows_an_unknown_order_ends_its_wait_at_once(harness):
    answer_always(harness, NOT_THERE)
    harness.accept(an_event(order=MISPRINT))
    harness.run_for(minutes=13)
    waits_until = harness.row(MISPRINT)["not_before"]
    assert waits_until > harness.clock() + 15 * MINUTE
    harness.api.orders["999"] = FakeOrder()
    assert ScanHarness(harness).scan().found
    assert (harness.row(MISPRINT)["not_before"], harness.row(MISPRINT)["lane"]) == (None, Lane.KNOWN)
    harness.run_for(seconds=30)
    assert harness.row(MISPRINT)["stage"] == "shipped"
    assert harness.clock() < waits_until


def test_a_list_does_not_shorten_the_back_off_of_a_known_order(known):
    known.accept("shipment.picked_up")
    known.api.script("write", *[fails(Transient("503", 503))] * 12)
    known.run_for(minutes=13)
    before = known.row()["not_before"]
    known.api.orders["1"].status = "shipped"
    ScanHarness(known).scan()
    assert known.row()["not_before"] == before
