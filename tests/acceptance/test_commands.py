"""The command line in a running installation: a test event is sent, an order is delivered, every command shows it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.installation import Installation
from tests.support.programs import until


@pytest.fixture(scope="module")
def installation(build: Callable[..., Installation]) -> Installation:
    return build().open()


@pytest.fixture
def fulfillment(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Commands:
    """The command line in that installation."""
    commands = Commands(monkeypatch, capsys, str(tmp_path))
    commands.set({name: value for name, value in installation.environ.items() if name.startswith("FULFILLMENT_")})
    return commands


def send(fulfillment: Commands, source: str, order: int, event: str, *more: str) -> tuple[int, Any]:
    result = fulfillment("send", "--source", source, "--order", str(order), "--event", event, "--json", *more)
    return result.code, result.document


def test_a_test_event_moves_an_order_and_every_command_shows_it(fulfillment: Commands, installation: Installation):
    installation.sandbox.order(41)
    data = ("--tracking", "TRK41", "--note", "left [with] a neighbour", "--id", "evt_41")
    code, result = send(fulfillment, "courier", 41, "shipment.delivered", *data)
    assert (code, result["status"], result["answer"]["status"]) == (0, 202, "accepted")
    assert send(fulfillment, "courier", 41, "shipment.delivered", *data)[1]["answer"]["status"] == "duplicate"
    until(installation.at_rest, what="the order is at rest")
    explained = fulfillment("orders", "explain", "41", "--json").document
    assert (explained["state"], explained["stage"], explained["needs_person"]) == ("closed", "completed", False)
    shown = fulfillment("orders", "show", "41", "--json").document
    assert [write["stage"] for write in shown["writes"]] == ["accepted", "shipped", "delivered", "completed"]
    assert [write["inferred"] for write in shown["writes"]] == [True, True, False, True]
    assert {write["outcome"] for write in shown["writes"]} == {"confirmed"}
    page = fulfillment("orders", "explain", "41", "--all").out
    assert "The platform showed “completed”" in page
    assert "Nothing is left to do." in page


def test_an_event_with_only_a_number_finds_its_order_which_is_shown_by_that_number(
    fulfillment: Commands, installation: Installation
):
    installation.sandbox.order(45, order_number="ORD-2024/45")
    send_json = ("send", "--source", "courier", "--json")
    by_number = ("--number", "ORD-2024/45", "--event", "shipment.picked_up", "--tracking", "TRK45")
    assert fulfillment(*send_json, *by_number).document["answer"]["status"] == "accepted"
    until(lambda: installation.sandbox.seen(45)["status"] == "shipped")
    by_parcel = ("--tracking", "TRK45", "--event", "shipment.delivered")
    assert fulfillment(*send_json, *by_parcel).document["answer"]["status"] == "accepted"
    until(lambda: installation.sandbox.seen(45)["status"] == "completed")
    until(installation.at_rest, what="the order is at rest")
    shown = fulfillment("orders", "show", "number:ORD-2024/45", "--json").document
    assert (shown["order"], shown["number"], shown["state"]) == ("45", "ORD-2024/45", "closed")
    assert [event["reference"] for event in shown["events"]] == ["number:ORD-2024/45", "tracking:TRK45"]
    assert {event["result"] for event in shown["events"]} == {"applied"}


def test_a_hint_of_the_platform_can_be_sent(fulfillment: Commands, installation: Installation):
    installation.sandbox.order(42, status="accepted")
    code, result = send(fulfillment, "awalchat", 42, "order.updated")
    assert (code, result["answer"]["status"]) == (0, "accepted")
    until(lambda: fulfillment("orders", "show", "42", "--json").document["stage"] == "accepted")


def test_a_quarantined_event_ends_with_0_and_a_refused_one_with_1(fulfillment: Commands, installation: Installation):
    code, result = send(fulfillment, "courier", 43, "order.eaten")
    assert (code, result["answer"]) == (0, {"status": "quarantined", "reason": "unknown_event"})
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__SECRETS": "another-secret"})
    code, result = send(fulfillment, "courier", 43, "order.shipped")
    assert (code, result["status"], result["answer"]["reason"]) == (1, 401, "unauthenticated")


def test_an_operator_advances_an_order_and_a_worker_takes_the_steps(fulfillment: Commands, installation: Installation):
    installation.sandbox.order(44)
    result = fulfillment("orders", "advance", "44", "--to", "shipped", "--reason", "handed over", "--create")
    assert result.code == 0, result.err
    until(lambda: installation.sandbox.seen(44)["status"] == "shipped")


def test_the_doctor_finds_nothing_wrong_with_a_running_installation(fulfillment: Commands, installation: Installation):
    until(installation.at_rest)
    result = fulfillment("doctor")
    assert result.code == 0, result.out
    assert {line.split()[0] for line in result.out.splitlines() if line[0] != " "} <= {"ok", "warn"}
    assert "the credentials are good, and the clocks agree" in " ".join(result.out.split())


def test_the_doctor_tells_wrong_credentials_from_a_platform_that_does_not_answer(
    fulfillment: Commands, installation: Installation
):
    checks = []
    for name, value in (("HMAC_SECRET", "another-secret"), ("BASE_URL", "http://127.0.0.1:9/api/v1")):
        fulfillment.set({f"FULFILLMENT_ACCOUNTS__MAIN__{name}": value})
        result = fulfillment("doctor", "--json")
        account = next(check for check in result.document["checks"] if check["check"] == "account main")
        checks.append((result.code, account["verdict"], account["unreachable"]))
    assert checks == [(1, "fail", False), (3, "fail", True)]
