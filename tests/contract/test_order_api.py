"""The awalchat client against a platform that nobody of ours wrote: the sandbox, in a process of its own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.support.awalchat_account import SECRET, credentials_at
from worker.domain.errors import Conflict, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.orders import ROAD, Ending, Place, Step
from worker.order_api.accounts import Surroundings
from worker.order_api.client import Client, Patience

PATIENCE = Patience(timedelta(seconds=0.3), timedelta(seconds=0.3), timedelta(seconds=0.6))
TRACKING = (("TRK1", "https://courier.example/TRK1"),)


@contextmanager
def sandbox(*options: str) -> Iterator[str]:
    """Run a sandbox; gives its URL."""
    words = [sys.executable, "-m", "deploy.sandbox", "--domain", "shop", "--client-id", "client"]
    words += ["--phone-number-id", "123456", *options]
    environment = {**os.environ, "SANDBOX_HMAC_SECRET": SECRET}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            listening = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
            assert listening, "the sandbox did not start"
            yield listening[0]
        finally:
            process.terminate()


class Merchant:
    """One account at the sandbox, and the hand that moves the sandbox."""

    def __init__(self, url: str, client: Client, **settings: object) -> None:
        self.waits: list[int] = []
        self.surroundings = Surroundings(
            client, lambda: time.time_ns() // 1000, ZoneInfo("Asia/Riyadh"), self.waits.append
        )
        self.credentials = credentials_at(url, **settings)
        self.orders = self.credentials.connect(self.surroundings)
        self._hand = httpx.Client(base_url=f"{url}/_sandbox", trust_env=False)
        self.close = self._hand.close

    def do(self, method: str, path: str, **fields: object) -> httpx.Response:
        return self._hand.request(method, path, json=fields or None).raise_for_status()

    def order(self, **fields: object) -> None:
        self.do("POST", "/orders", id=1, **fields)

    def fault(self, kind: str, **fields: object) -> None:
        self.do("POST", "/faults", kind=kind, **fields)

    def shown(self) -> dict[str, object]:
        shown: dict[str, object] = self.do("GET", "/orders/1").json()
        return shown

    def totals(self) -> dict[str, int]:
        totals: dict[str, int] = self.do("GET", "/totals").json()
        return totals


@pytest.fixture(scope="module")
def url():
    with sandbox() as url:
        yield url


@pytest.fixture(scope="module")
def client():
    with Client(PATIENCE) as client:
        yield client


@pytest.fixture
def merchant(url, client):
    with closing(Merchant(url, client)) as merchant:
        merchant.do("POST", "/reset")
        yield merchant


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


def test_an_examination_finds_nothing_wrong_with_a_good_account(merchant):
    examination = merchant.credentials.examine(merchant.surroundings)
    assert (examination.failure, examination.advice) == (None, "")
    assert examination.clock_ahead is not None
    assert abs(examination.clock_ahead) < 2 * SECOND
    assert merchant.totals()["calls"] == 1


@pytest.mark.parametrize("works", ["full", "after_base_url"])
def test_an_examination_names_the_signed_path_that_works(client, works):
    other = "after_base_url" if works == "full" else "full"
    with sandbox("--signed-path", works) as url:
        with closing(Merchant(url, client, signed_path=works)) as good:
            good.orders.probe()
        with closing(Merchant(url, client, signed_path=other)) as bad:
            examination = bad.credentials.examine(bad.surroundings)
    assert isinstance(examination.failure, Unauthorized)
    assert examination.advice == f'signed_path = "{works}" works, "{other}" does not'


def test_an_examination_tells_how_far_the_clocks_are_apart(client):
    with (
        sandbox("--clock-offset", "1000", "--base-path", "") as url,
        closing(Merchant(url, client, base_url=url)) as late,
    ):
        examination = late.credentials.examine(late.surroundings)
        assert late.totals()["calls"] == 1  # without a base path there is nothing else to try
    assert isinstance(examination.failure, Unauthorized)
    assert examination.advice == ""
    assert examination.clock_ahead is not None
    assert abs(examination.clock_ahead + 1000 * SECOND) < 2 * SECOND


def test_an_examination_of_an_unreachable_platform_is_one_call(url, client, merchant):
    merchant.fault("outage", answer="reset")
    examination = merchant.credentials.examine(merchant.surroundings)
    assert type(examination.failure) is Transient
    assert (examination.advice, examination.clock_ahead) == ("", None)
    assert merchant.totals()["calls"] == 1
