"""The awalchat client against a platform that nobody of ours wrote: the sandbox, in a process of its own."""

import time
from contextlib import closing

import pytest

from tests.support.merchant import PATIENCE, Merchant
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.orders import ROAD, Ending, Place, Step

TRACKING = (("TRK1", "https://courier.example/TRK1"),)


def step(place=Place.ACCEPTED, tracking=()):
    return Step(place, 1_795_294_800 * SECOND, tracking=tracking)  # in Riyadh 2026-11-22


def take(merchant, step):
    reading = merchant.orders.read("1")
    return merchant.orders.write("1", merchant.orders.compose(step, reading, noted=True))


def test_an_order_walks_its_road_and_nothing_is_harmed_on_the_way(merchant):
    merchant.order(payment_status="paid", admin_notes="اتصل مرتين\nring twice")
    assert [take(merchant, step(place, TRACKING)).standing for place in ROAD[1:]] == list(ROAD[1:])
    order, totals = merchant.shown(), merchant.totals()
    assert (order["status"], order["payment_status"]) == ("completed", "paid")
    assert order["admin_notes"] == "اتصل مرتين\nring twice\nTracking: TRK1 https://courier.example/TRK1"
    assert order["shipping_date"] == order["delivery_date"] == "2026-11-22"
    assert (totals["illegal"], totals["unpaid_by_default"], totals["repeat"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("word", "standing"),
    [*((place.value, place) for place in ROAD), ("refunded", Ending.REFUNDED), ("on_hold", None)],
)
def test_every_status_is_read(merchant, word, standing):
    merchant.order(status=word)
    reading = merchant.orders.read("1")
    assert (reading.status, reading.standing) == (word, standing)


@pytest.mark.parametrize(("word", "paid"), [("paid", True), ("unpaid", False)])
def test_payment_is_read(merchant, word, paid):
    merchant.order(payment_status=word)
    assert merchant.orders.read("1").paid is paid


def test_dates_and_notes_of_others_are_read_and_left_alone(merchant):
    merchant.order(status="accepted", shipping_date="2026-01-01", admin_notes="TRK1 is on its way")
    take(merchant, step(Place.SHIPPED, TRACKING))
    assert merchant.shown()["shipping_date"] == "2026-01-01"
    assert merchant.shown()["admin_notes"] == "TRK1 is on its way"


def test_the_branch_is_one_that_the_platform_takes(url, client, merchant):
    with closing(Merchant(url, client, branch_id=7)) as branch:
        merchant.order()
        take(branch, step())
        assert merchant.shown()["branch_id"] == 7


def test_notes_that_the_platform_finds_too_long_are_refused_and_the_step_goes_without(merchant):
    merchant.order(admin_notes="x" * 2000)
    with pytest.raises(Rejected, match="admin_notes") as refused:
        take(merchant, step(tracking=TRACKING))
    assert refused.value.request_id.startswith("req-")
    bare = merchant.orders.compose(step(tracking=TRACKING), merchant.orders.read("1"), noted=False)
    assert merchant.orders.write("1", bare).standing is Place.ACCEPTED
    assert merchant.shown()["admin_notes"] == "x" * 2000


def test_an_order_that_the_platform_does_not_know_is_missing(merchant):
    with pytest.raises(OrderMissing):
        merchant.orders.read("1")
    with pytest.raises(OrderMissing):
        merchant.orders.write("1", {"status": "accepted"})


def test_an_illegal_step_is_a_conflict(merchant):
    merchant.order()
    with pytest.raises(Conflict, match="pending"):
        merchant.orders.write("1", {"status": "delivered"})


@pytest.mark.parametrize(
    ("settings", "family"),
    [
        ({"hmac_secret": "whsec_another"}, "authentication_failed"),
        ({"client_id": "another"}, "authentication_failed"),
        ({"domain": "another"}, "authentication_failed"),
        ({"phone_number_id": "7"}, "validation_failed"),
    ],
)
def test_wrong_settings_are_the_accounts_trouble(url, client, merchant, settings, family):
    merchant.order()
    with closing(Merchant(url, client, **settings)) as stranger:
        for call in (stranger.orders.probe, lambda: stranger.orders.read("1")):
            with pytest.raises(Unauthorized) as refused:
                call()
            assert refused.value.code == family


def test_a_probe_with_good_credentials_is_one_read(merchant):
    merchant.orders.probe()
    assert (merchant.totals()["reads"], merchant.totals()["writes"]) == (1, 0)


def test_the_rate_limit_is_heard_before_and_after_it_is_reached(merchant):
    merchant.order()
    merchant.do("PUT", "/limit", limit=2, window=30)
    merchant.orders.read("1")
    assert merchant.waits == []
    merchant.orders.read("1")
    with pytest.raises(Throttled) as throttled:
        merchant.orders.read("1")
    for wait in (*merchant.waits, throttled.value.wait):
        assert 20 * SECOND < wait <= 31 * SECOND
    assert len(merchant.waits) == 2


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        ({"kind": "status", "code": 500}, Transient),
        ({"kind": "status", "code": 503, "body": "<html>"}, Transient),
        ({"kind": "status", "code": 302, "headers": {"Location": "https://elsewhere.invalid/"}}, Transient),
        ({"kind": "status", "code": 403}, Unauthorized),
        ({"kind": "status", "code": 422}, Rejected),
        ({"kind": "status", "code": 429, "retry_after": "Fri, 31 Dec 2100 00:00:00 GMT"}, Throttled),
        ({"kind": "wrong_credentials"}, Unauthorized),
        ({"kind": "outage"}, Transient),
        ({"kind": "outage", "answer": "reset"}, Transient),
        ({"kind": "outage", "answer": "hang"}, Transient),
        ({"kind": "reset"}, Transient),
        ({"kind": "lose_answer"}, Transient),
        ({"kind": "apply_late"}, Transient),
        ({"kind": "delay", "seconds": 5}, Transient),
        ({"kind": "drip", "drip_headers": True}, Transient),
        ({"kind": "drip"}, Transient),
        ({"kind": "body", "body": {"status": False, "message": "no"}}, Transient),
        ({"kind": "body", "body": "{"}, Transient),
        ({"kind": "body", "body": "["}, Transient),
        ({"kind": "body", "body": "[", "size": 1_048_576}, Transient),
        ({"kind": "body", "body": " ", "size": 8_000_000}, Transient),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else value.__name__,
)
def test_a_call_that_meets_trouble_ends_in_time_and_says_what_to_do(merchant, fault, family):
    merchant.order()
    merchant.fault(**fault)
    began = time.monotonic()
    with pytest.raises(family) as failed:
        merchant.orders.write("1", {"status": "accepted"})
    assert time.monotonic() - began < PATIENCE.overall.total_seconds() + 0.5
    assert type(failed.value) is family
    assert failed.value.definite is (family is not Transient)
    merchant.do("DELETE", "/faults")
    assert merchant.orders.read("1").standing in {Place.PENDING, Place.ACCEPTED}
