"""The port `OrderApi` on every platform, against a program that knows nothing of ours: its sandbox, in a process."""

import json
import re
import time
from contextlib import closing
from dataclasses import replace

import pytest

from tests.support.merchant import TIMEOUT, Merchant
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.orders import Reading, Reference
from worker.domain.results import Step
from worker.domain.stages import STAGES, Stage
from worker.order_api.platforms import PLATFORMS

SLACK = 1.5
"""Seconds that a busy machine may add to a deadline."""

TRACKING = (("TRK1", "https://courier.example/TRK1"),)
READING = Reading("pending", Stage.PENDING, 0)
PARCELS = (*TRACKING, ("TRK2", ""))


def step(stage=Stage.ACCEPTED, tracking=()):
    return Step(stage, 1_795_294_800 * SECOND, tracking=tracking)


def take(merchant, step):
    reading = merchant.orders.read("1")
    return merchant.orders.write("1", merchant.orders.compose(step, reading, noted=True))


def test_an_order_walks_its_road_and_nothing_is_harmed_on_the_way(merchant):
    merchant.order(**merchant.ways.paid, **{merchant.ways.notes: "اتصل مرتين\nring twice"})
    assert [take(merchant, step(stage, PARCELS)).position for stage in STAGES[1:]] == list(STAGES[1:])
    assert merchant.orders.read("1").position is Stage.COMPLETED
    assert merchant.notes().startswith("اتصل مرتين\nring twice\nTracking: ")
    shown = json.dumps(merchant.shown())
    assert [len(re.findall(rf"\b{word}\b", shown)) for word in ("TRK1", "TRK2")] == [2, 1]
    assert merchant.harm() == 0


def test_every_status_of_the_table_is_read(merchant, platform):
    statuses = PLATFORMS[platform].statuses
    for word in statuses.meanings:
        merchant.do("POST", "/reset")
        merchant.order(status=word)
        reading = merchant.orders.read("1")
        assert (reading.status, reading.position) == (word, statuses.read(word).position)


def test_a_status_that_nobody_knows_is_named_and_means_nothing(merchant):
    merchant.order(status="on_hold")
    reading = merchant.orders.read("1")
    assert (reading.status, reading.position) == ("on_hold", None)


def test_an_account_may_teach_us_a_status(merchant):
    merchant.order(status="packed")
    taught = replace(merchant.context, statuses={"packed": "accepted"})
    assert merchant.credentials.connect(taught).read("1").position is Stage.ACCEPTED


def test_payment_is_read_and_never_changed(merchant):
    merchant.order(**merchant.ways.paid)
    assert merchant.orders.read("1").paid is True
    before = merchant.shown().get("payment_status")
    take(merchant, step())
    assert merchant.shown().get("payment_status") == before


def test_a_number_of_the_order_is_read(merchant):
    merchant.order(order_number="ORD-2024-001")
    assert merchant.orders.read("1").number == "ORD-2024-001"


def test_a_parcel_that_the_notes_name_is_not_named_again(merchant):
    merchant.order(**{merchant.ways.notes: "TRK1 and TRK2 are on their way"})
    take(merchant, step())
    take(merchant, step(Stage.SHIPPED, PARCELS))
    assert merchant.notes() == "TRK1 and TRK2 are on their way"


def test_notes_that_the_platform_finds_too_long_are_refused_and_the_step_goes_without(merchant):
    merchant.order(**{merchant.ways.notes: "x" * 2000})
    with pytest.raises(Rejected, match=merchant.ways.notes):
        take(merchant, step(tracking=PARCELS))
    bare = merchant.orders.compose(step(tracking=PARCELS), merchant.orders.read("1"), noted=False)
    assert merchant.orders.write("1", bare).position is Stage.ACCEPTED
    assert merchant.notes() == "x" * 2000


def test_an_order_that_the_platform_does_not_know_is_missing(merchant):
    with pytest.raises(OrderMissing):
        merchant.orders.read("1")
    with pytest.raises(OrderMissing):
        merchant.orders.write("1", merchant.orders.compose(step(), READING, noted=False))


def test_an_illegal_step_is_a_conflict_and_changes_nothing(merchant):
    merchant.order()
    with pytest.raises(Conflict, match="pending"):
        merchant.orders.write("1", {"status": "delivered"})
    assert merchant.shown()["status"] == "pending"


@pytest.mark.parametrize("ending", ["cancelled", "refunded"])
def test_an_order_off_the_road_is_seen_there_and_takes_no_write(merchant, ending):
    merchant.order(status=ending)
    assert merchant.orders.read("1").position == ending
    with pytest.raises(Conflict):
        merchant.orders.write("1", merchant.orders.compose(step(), READING, noted=False))


def test_a_wrong_secret_is_the_accounts_trouble(url, client, platform, merchant):
    merchant.order()
    secret = {"awalchat": "hmac_secret", "cekat": "api_key"}[platform]
    with closing(Merchant(url, client, platform, **{secret: "whsec_another"})) as stranger:
        for call in (stranger.orders.probe, lambda: stranger.orders.read("1")):
            with pytest.raises(Unauthorized):
                call()


def test_a_probe_with_good_credentials_is_one_read(merchant):
    merchant.orders.probe()
    assert (merchant.totals()["reads"], merchant.totals()["writes"]) == (1, 0)


def test_an_order_is_found_by_its_very_number(merchant):
    for order_id, number in enumerate(["ORD-1", "ORD-10", "ord-1", "ORD-1", "ORD-2"], 1):
        merchant.order(id=order_id, order_number=number)
    assert merchant.orders.find(Reference("number", "ORD-2")) == ("5",)
    assert merchant.orders.find(Reference("number", "ORD-1")) == ("1", "4")
    assert merchant.orders.find(Reference("number", "ORD")) == ()


def test_an_order_is_found_behind_a_hundred_that_are_similar(merchant):
    for order_id in range(1, 131):
        merchant.order(id=order_id, order_number=f"ORD-7-{order_id}")
    assert merchant.orders.find(Reference("number", "ORD-7-130")) == ("130",)
    merchant.order(id=200, order_number="ORD-7")
    assert merchant.orders.find(Reference("number", "ORD-7")) == ("200",)


def test_a_tracking_number_that_nobody_knows_finds_nothing(merchant):
    merchant.order()
    assert merchant.orders.find(Reference("tracking", "TRK1")) == ()


def test_the_rate_limit_is_heard_when_it_is_reached(merchant):
    merchant.order()
    merchant.do("PUT", "/limit", limit=1, window=30)
    merchant.orders.read("1")
    with pytest.raises(Throttled) as throttled:
        merchant.orders.read("1")
    assert all(20 * SECOND < wait <= 31 * SECOND for wait in (*merchant.waits, throttled.value.wait))


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
        ({"kind": "body", "body": {"status": False, "success": False, "message": "no"}}, Transient),
        ({"kind": "body", "body": "{"}, Transient),
        ({"kind": "body", "body": "["}, Transient),
        ({"kind": "body", "body": "[", "size": 1_048_576}, Transient),
        ({"kind": "body", "body": " ", "size": 8_000_000}, Transient),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else value.__name__,
)
def test_a_call_that_meets_trouble_ends_in_time_and_says_what_to_do(merchant, fault, family):
    merchant.order()
    update = merchant.orders.compose(step(), merchant.orders.read("1"), noted=False)
    merchant.fault(**fault)
    began = time.monotonic()
    with pytest.raises(family) as failed:
        merchant.orders.write("1", update)
    assert time.monotonic() - began < TIMEOUT.overall.total_seconds() + SLACK
    assert type(failed.value) is family
    assert failed.value.definite is (family is not Transient)
    merchant.do("DELETE", "/faults")
    assert merchant.orders.read("1").position in {Stage.PENDING, Stage.ACCEPTED}
