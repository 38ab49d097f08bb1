"""Eighteen ways to be stuck: `explain`, the console and `doctor` agree, and their advice moves the order."""

import os
import re
from collections.abc import Callable
from html import unescape
from itertools import repeat
from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.console_client import Browser
from tests.support.courier import event_document
from tests.support.events import KEY
from tests.support.fake_order_api import fails, loses_answer, unknown
from tests.support.harness import Harness
from tests.support.healing import receive
from tests.support.sandboxes import Platform
from worker.console.wiring import open_app
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.errors import ApiError, Conflict, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import DAY, HOUR, Duration
from worker.domain.orders import OrderKey, Payment
from worker.domain.overview.snapshot import State
from worker.domain.stages import Stage
from worker.settings import load_settings
from worker.store.database.clocks import machine_now
from worker.store.workers import SqlWorkers

ALLOW = "FULFILLMENT_SOURCES__COURIER__ALLOW"
STATUSES = "FULFILLMENT_ACCOUNTS__MAIN__STATUSES"
LONG_AGO = 30 * DAY
"""The orders are stuck for a while before somebody looks: nothing of the past is ahead of the present then."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: what the commands do to each is tested elsewhere."""
    return sqlite_url


@pytest.fixture(autouse=True)
def platform(account_at: Callable[[str], Platform], harness: Harness) -> Platform:
    """The platform that the commands ask, which has the order 17. The worker has a platform in memory."""
    chosen = account_at("awalchat")
    chosen("POST", "/orders", {"id": 17, "payment_status": "paid", "status": "accepted"})
    harness.clock.now = machine_now() - LONG_AGO
    return chosen


def at_any_time(text: str) -> str:
    """Return *text* without how long something is ago, which differs from look to look."""
    return re.sub(r" \((?:in )?[^()]*(?: ago)?\)", "", text)


class Stuck:
    """An order, the commands, and the worker that reconciles it."""

    def __init__(self, fulfillment: Commands, harness: Harness) -> None:
        self.fulfillment, self.harness, self.api = fulfillment, harness, harness.api

    def works(self, *, runs: bool = True, ahead: Duration = 0) -> None:
        """Bring the worker's clock to the present, or *ahead* of it, so that no wait ends before somebody looks.

        If a worker *runs*, its heartbeat lasts for the length of the test.
        """
        self.harness.clock.now = machine_now() + ahead
        if runs:
            process = WorkerProcess("a", "host", 1, "1", ("main",), 0)
            self.harness.clock.advance(seconds=3600)
            SqlWorkers(self.harness.database).beat(process, 0)
            self.harness.clock.advance(seconds=-3600)

    def ask(self, key: OrderKey = KEY) -> dict[str, Any]:
        """Return the answer of `orders explain`, which its text, the console and `doctor` have as well."""
        document = self.fulfillment("orders", "explain", str(key), "--json").document
        printed = " ".join(self.fulfillment("orders", "explain", str(key)).out.split())
        answer = document["answer"]
        assert str(key) in printed
        assert (answer["command"] or "There is nothing to type.") in printed
        assert isinstance(answer, dict)
        page = self._page(key)
        assert all(at_any_time(answer[line]) in page for line in ("sentence", "why"))
        assert (answer["command"] or "There is nothing to type.") in page
        if answer["who"] == "operator" and answer["cause"]:
            assert answer["cause"] in self.fulfillment("doctor", "--json").out
        return answer

    def _page(self, key: OrderKey) -> str:
        with open_app(load_settings(os.environ)) as app:
            browser = Browser(app)
            assert browser.get(f"/orders/{key.account}/{key.order_id}").status_code == 200
            return at_any_time(unescape(browser.page))

    def follow(self, command: str, **placeholders: str) -> None:
        """Run *command* as it was printed, with values for its placeholders."""
        values = {"<why>": "as advised", **placeholders}
        words = [word.strip("'") for word in re.findall(r"'[^']*'|\S+", command)]
        assert words.pop(0) == "fulfillment"
        result = self.fulfillment(*(values.get(word, word) for word in words))
        assert (result.code, result.err) == (0, ""), command

    def goes_on(self, key: OrderKey = KEY, **duration: float) -> Stage | None:
        """Let the worker reconcile what is due, and return the stage of the order."""
        self.harness.clock.now = max(machine_now(), self.harness.clock())
        self.harness.run_for(**(duration or {"seconds": 10}))
        return self.harness.snapshot(key).order.stage


@pytest.fixture
def stuck(fulfillment: Commands, harness: Harness) -> Stuck:
    return Stuck(fulfillment, harness)


def ships(stuck: Stuck, error: ApiError | None = None, kind: str = "write", times: int = 100) -> None:
    """Let a courier pick up the only parcel of the order, while the platform fails with *error*."""
    if error:
        stuck.api.script(kind, *repeat(fails(error), times))
    stuck.harness.accept("shipment.picked_up", "TRK1")
    stuck.harness.run_for(minutes=30)


def is_repaired(stuck: Stuck) -> None:
    stuck.api.faults.clear()


def test_401_an_account_whose_credentials_are_refused(stuck: Stuck):
    stuck.api.script("probe", *repeat(fails(Unauthorized("bad signature", 401)), 100))
    ships(stuck, Unauthorized("bad signature", 401), "read")
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "credentials")
    is_repaired(stuck)
    stuck.follow(answer["command"])
    assert stuck.goes_on(seconds=120) is Stage.SHIPPED


def test_422_a_write_that_the_platform_refuses(stuck: Stuck):
    ships(stuck, Rejected("Branch is closed", 422))
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "refused")
    assert "HTTP 422, Branch is closed" in answer["why"]
    is_repaired(stuck)
    stuck.follow(answer["command"])
    assert stuck.goes_on() is Stage.SHIPPED


def test_404_an_order_that_the_platform_does_not_know(stuck: Stuck):
    stuck.api.script("read", *repeat(unknown, 200))
    ships(stuck)
    stuck.harness.run_for(hours=3)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "unknown_order")
    is_repaired(stuck)
    stuck.follow(answer["command"])
    assert stuck.goes_on() is Stage.SHIPPED


@pytest.mark.parametrize("is_by_settings", [True, False])
def test_a_status_that_is_unknown(stuck: Stuck, is_by_settings: bool):
    stuck.api.orders["1"].status = "packed"
    ships(stuck)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "unknown_status")
    assert "packed" in answer["why"]
    if is_by_settings:
        stuck.fulfillment.set({STATUSES: '{"packed": "accepted"}'})
        assert "Today's settings know this status." in stuck.ask()["why"]
    stuck.api.orders["1"].status = "accepted"
    stuck.follow(answer["command"])
    assert stuck.goes_on() is Stage.SHIPPED


def test_409_an_order_that_is_locked(stuck: Stuck):
    ships(stuck, Conflict("the order is locked", 409))
    stuck.harness.run_for(days=2)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "conflict")
    is_repaired(stuck)
    stuck.follow(answer["command"])
    assert stuck.goes_on() is Stage.SHIPPED


def test_403_for_one_order_is_tried_again_by_itself(stuck: Stuck):
    stuck.works(ahead=HOUR)
    stuck.api.script("write", fails(Unauthorized("not yours", 403)))
    stuck.harness.accept("shipment.picked_up", "TRK1")
    stuck.harness.reconcile()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"], answer["command"]) == ("worker", "unauthorized", None)
    assert "HTTP 403, not yours" in answer["why"]
    assert stuck.goes_on(hours=1) is Stage.SHIPPED


def test_429_a_pause_that_the_platform_wants_ends_by_itself(stuck: Stuck):
    stuck.works(ahead=HOUR)
    stuck.api.script("read", fails(Throttled("slow down", wait=HOUR)))
    stuck.harness.accept("shipment.picked_up", "TRK1")
    stuck.harness.reconcile()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"], answer["command"]) == ("worker", "rate_limited", None)
    assert answer["at"]
    assert stuck.goes_on(hours=2) is Stage.SHIPPED


def test_the_own_budget_beside_writes_that_fail(stuck: Stuck):
    stuck.works(ahead=HOUR)
    stuck.harness.limits["main"] = 10
    stuck.api.script("write", *repeat(fails(Transient("HTTP 503", 503)), 100))
    for number in range(1, 21):
        stuck.harness.accept("shipment.picked_up", f"TRK{number}", order=OrderKey("main", str(number)))
    for number in range(1, 21):
        stuck.harness.reconcile(OrderKey("main", str(number)))
    causes = {number: stuck.ask(OrderKey("main", str(number))) for number in range(1, 21)}
    budget = [number for number, answer in causes.items() if answer["cause"] == "budget"]
    assert budget
    assert {answer["who"] for answer in causes.values()} <= {"worker", "platform"}
    is_repaired(stuck)
    assert stuck.goes_on(OrderKey("main", str(budget[0])), hours=2) is Stage.SHIPPED


def test_two_parcels_of_which_one_has_arrived(stuck: Stuck):
    stuck.works()
    stuck.harness.accept("shipment.delivered", "TRK1", parcels=2)
    stuck.harness.accept("shipment.picked_up", "TRK2")
    stuck.harness.run_for(seconds=10)
    answer = stuck.ask()
    assert (answer["who"], answer["cause"], answer["command"]) == ("courier", "parcels", None)
    assert "1 of 2 parcels has arrived: TRK1 has; TRK2 has not." in answer["why"]
    stuck.harness.accept("shipment.delivered", "TRK2")
    assert stuck.goes_on() is Stage.COMPLETED


def test_a_parcel_that_is_returned(stuck: Stuck):
    ships(stuck)
    stuck.harness.accept("shipment.returned", "TRK1")
    stuck.harness.run_for(seconds=10)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "shipment_returned")
    stuck.follow(answer["command"])
    assert stuck.harness.snapshot(KEY).state is State.CLOSED
    assert stuck.ask()["who"] == "nobody"


def test_an_order_that_was_cancelled_at_the_shop_while_its_parcel_moves(stuck: Stuck):
    stuck.api.orders["1"].status = "cancelled"
    stuck.harness.accept("shipment.created", "TRK1")
    stuck.harness.run_for(seconds=10)
    stuck.harness.accept("shipment.picked_up", "TRK1")
    stuck.harness.run_for(seconds=10)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "moving_while_cancelled")
    stuck.follow(answer["command"])
    assert stuck.ask()["who"] == "nobody"


def test_an_order_that_was_moved_back_by_hand(stuck: Stuck):
    ships(stuck)
    stuck.api.orders["1"].status = "accepted"
    assert stuck.harness.operator_store.make_due(KEY, "a look")
    stuck.harness.run_for(hours=2)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "moved_back")
    stuck.follow(answer["command"])
    assert stuck.goes_on() is Stage.SHIPPED


@pytest.mark.parametrize(("orders", "cause"), [((), "unknown_order"), (("7", "8"), "ambiguous_order")])
def test_a_number_of_no_order_and_of_two(stuck: Stuck, orders: tuple[str, ...], cause: str):
    reference, found = OrderKey("main", "number:ORD-9"), OrderKey("main", "17")
    for order_id in orders:
        stuck.api.orders[order_id].number = "ORD-9"
    stuck.harness.accept("shipment.picked_up", "TRK1", order=reference)
    stuck.harness.run_for(hours=3)
    stuck.works()
    answer = stuck.ask(reference)
    assert (answer["who"], answer["cause"]) == ("operator", cause)
    stuck.follow(answer["command"], ORDER="17")
    assert stuck.goes_on(found) is Stage.SHIPPED


def test_events_that_the_courier_may_not_send(stuck: Stuck):
    stuck.harness.accept("order.accepted")
    stuck.harness.run_for(seconds=10)
    stuck.works()
    stuck.fulfillment.set({ALLOW: "shipment.lost"})
    document = event_document("evt_x", "shipment.picked_up", 1, tracking_number="TRK1")
    assert receive(stuck.harness, dict(os.environ), "courier", document) == ["quarantined"]
    answer = stuck.ask()
    assert (answer["who"], answer["cause"]) == ("operator", "not_allowed")
    assert "Add this event to `allow` of [sources.courier]" in answer["why"]
    stuck.fulfillment.set({ALLOW: "shipment"})
    assert "By today's settings it can be used" in stuck.ask()["why"]
    stuck.follow(answer["command"])
    assert stuck.goes_on() is Stage.SHIPPED


def test_a_courier_with_a_wrong_secret_leaves_its_order_waiting_for_news(stuck: Stuck):
    stuck.harness.accept("order.accepted")
    stuck.harness.run_for(seconds=10)
    stuck.works()
    answer = stuck.ask()
    assert (answer["who"], answer["command"]) == ("courier", None)
    stuck.harness.accept("shipment.picked_up", "TRK1")
    assert stuck.goes_on() is Stage.SHIPPED


def test_an_order_whose_worker_is_dead(stuck: Stuck):
    stuck.works(runs=False)
    stuck.harness.accept("shipment.picked_up", "TRK1")
    answer = stuck.ask()
    assert (answer["who"], answer["command"]) == ("operator", "fulfillment up")
    assert answer["why"].startswith("No worker runs.")
    assert "No worker runs" in stuck.fulfillment("doctor", "--json").out
    stuck.works()
    assert stuck.ask()["who"] == "worker"
    assert stuck.goes_on() is Stage.SHIPPED


def test_a_write_whose_answer_is_lost(stuck: Stuck):
    stuck.works(ahead=HOUR)
    stuck.api.script("write", loses_answer)
    stuck.harness.accept("shipment.picked_up", "TRK1")
    stuck.harness.reconcile()
    answer = stuck.ask()
    assert (answer["who"], answer["command"]) == ("worker", None)
    assert stuck.goes_on(hours=1) is Stage.SHIPPED
    assert stuck.api.writes == ["accepted", "shipped"]


def test_an_order_that_waits_for_its_payment(stuck: Stuck):
    stuck.works()
    stuck.api.orders["1"].payment = Payment.UNPAID
    stuck.harness.accept("shipment.created", "TRK1")
    stuck.harness.run_for(seconds=10)
    assert stuck.ask()["who"] == "customer"
    assert len(stuck.fulfillment("orders", "explain", "1").out.splitlines()) == 3
