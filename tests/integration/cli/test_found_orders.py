"""An operator says which order a number means; the platform must show that order first."""

from collections.abc import Callable

import pytest

from tests.support.commands import Commands
from tests.support.events import an_event
from tests.support.harness import Harness
from tests.support.sandboxes import Platform
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason
from worker.domain.results import Stopped

NUMBER = OrderKey("main", "number:ORD-1O1")
FOUND = ("orders", "release", NUMBER.order_id, "--reason", "a misprint", "--found")


@pytest.fixture
def stopped(harness: Harness) -> Harness:
    """A search that has stopped after an hour."""
    harness.receive(an_event(EventName.DELIVERED, order=NUMBER, at=harness.clock()))
    stop = Stopped(StopReason.UNKNOWN_ORDER, "no order has the number ORD-1O1")
    harness.finish(NUMBER, stop, EventResult.VOID, failures=12, failing_since=harness.clock() - HOUR)
    return harness


@pytest.fixture
def awalchat(account_at: Callable[[str], Platform], stopped: Harness) -> Platform:
    """The platform of the account, which has the order 17."""
    platform = account_at("awalchat")
    platform("POST", "/orders", {"id": 17, "payment_status": "paid", "status": "accepted"})
    return platform


def test_the_order_that_the_platform_shows_gets_the_events(fulfillment: Commands, awalchat: Platform):
    result = fulfillment(*FOUND, "main/17")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("main/number:ORD-1O1 is main/17, which has its events and is due;")
    assert result.out.endswith(" The platform shows it as “accepted”.\n")
    order = fulfillment("orders", "show", "17", "--json").document
    assert (order["state"], order["number"], order["events"][0]["result"]) == ("due", None, "pending")
    assert order["audit_log"][0]["detail"].startswith("by an operator, for number ORD-1O1: a misprint (")


def test_a_dry_run_looks_at_the_platform_and_changes_nothing(fulfillment: Commands, awalchat: Platform):
    dry_run = ("orders", "release", NUMBER.order_id, "--dry-run", "--found")
    result = fulfillment(*dry_run, "17")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "main/number:ORD-1O1 as main/17: that order gets all of these events, and takes its steps by them. The platform"
        " shows it as “accepted”.\n"
    )
    unknown = fulfillment(*dry_run, "18")
    assert (unknown.code, "the platform does not know the order" in unknown.err) == (1, True)
    assert fulfillment("orders", "show", NUMBER.order_id, "--json").document["state"] == "stopped"
    assert fulfillment("orders", "show", "17").code == 2


def test_an_order_that_the_platform_does_not_know_is_not_believed_even_unseen(
    fulfillment: Commands, awalchat: Platform
):
    for arguments in (("18",), ("18", "--unseen")):
        result = fulfillment(*FOUND, *arguments)
        assert (result.code, result.out) == (1, "")
        assert "the platform does not know the order" in result.err
        assert "main/18. Nothing was changed; `fulfillment platform orders list --account main` shows" in result.err
    assert fulfillment("orders", "show", NUMBER.order_id, "--json").document["state"] == "stopped"


def test_without_the_platform_only_an_operator_who_is_sure_is_believed(fulfillment: Commands, stopped: Harness):
    result = fulfillment(*FOUND, "17")
    assert (result.code, result.out) == (3, "")
    assert (
        "main/17 was not seen, so nothing was changed; if you are sure that the order exists, add --unseen"
        in result.err
    )
    assert fulfillment("orders", "show", NUMBER.order_id, "--json").document["state"] == "stopped"
    sure = fulfillment(*FOUND, "17", "--unseen")
    assert (sure.code, "The platform could not be asked: " in sure.out) == (0, True)
    assert fulfillment("orders", "show", "17", "--json").document["state"] == "due"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--found", "17", "--json"),
        ("--found", "17", "--matching", "x"),
        ("--found", ""),
        ("--found", "no id"),
        ("--unseen",),
    ],
)
def test_a_wrong_decision_changes_nothing(fulfillment: Commands, stopped: Harness, arguments: tuple[str, ...]):
    result = fulfillment("orders", "release", NUMBER.order_id, "--reason", "a reason", *arguments)
    assert (result.code, result.out, result.err != "") == (2, "", True)
    assert fulfillment("orders", "show", NUMBER.order_id, "--json").document["state"] == "stopped"
