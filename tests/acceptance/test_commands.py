"""The command line in a house that runs: a test event is sent, an order arrives, and everything is told."""

import json
from collections.abc import Callable

import pytest

from tests.house import House
from tests.programs import until


@pytest.fixture(scope="module")
def house(build: Callable[..., House]) -> House:
    return build().open()


def send(house: House, source: str, order: int, event: str, *more: str, **settings: str):
    told = house.run("send", "--source", source, "--order", str(order), "--event", event, "--json", *more, **settings)
    return told.returncode, json.loads(told.stdout) if told.stdout else told.stderr


def test_a_test_event_moves_an_order_and_every_page_tells_of_it(house: House):
    house.sandbox.order(41)
    news = ("--tracking", "TRK41", "--note", "left [with] a neighbour", "--id", "evt_41")
    code, told = send(house, "courier", 41, "shipment.delivered", *news)
    assert (code, told["status"], told["answer"]["status"]) == (0, 202, "accepted")
    assert send(house, "courier", 41, "shipment.delivered", *news)[1]["answer"]["status"] == "duplicate"
    until(house.at_rest, what="the order is at rest")
    explained = json.loads(house.run("orders", "explain", "41", "--json").stdout)
    assert (explained["state"], explained["place"], explained["needs_person"]) == ("closed", "completed", False)
    shown = json.loads(house.run("orders", "show", "41", "--json").stdout)
    assert [step["place"] for step in shown["steps"]] == ["accepted", "shipped", "delivered", "completed"]
    assert [step["inferred"] for step in shown["steps"]] == [True, True, False, True]
    assert {step["outcome"] for step in shown["steps"]} == {"confirmed"}
    page = house.run("orders", "explain", "41").stdout
    assert "The platform showed “completed”" in page
    assert "It needs nobody any more." in page


def test_a_hint_of_the_platform_can_be_sent_too(house: House):
    house.sandbox.order(42, status="accepted")
    code, told = send(house, "awalchat", 42, "order.updated")
    assert (code, told["answer"]["status"]) == (0, "accepted")
    until(lambda: json.loads(house.run("orders", "show", "42", "--json").stdout)["place"] == "accepted")


def test_an_event_that_the_receiver_refuses_ends_with_1(house: House):
    code, told = send(house, "courier", 43, "order.shipped", SOURCES__COURIER__SECRETS="another-secret")
    assert (code, told["status"], told["answer"]["reason"]) == (1, 401, "unauthenticated")
    code, told = send(house, "courier", 43, "order.eaten")
    assert (code, told["answer"]) == (0, {"status": "quarantined", "reason": "unknown_event"})


def test_an_operator_advances_an_order_and_it_arrives(house: House):
    house.sandbox.order(44)
    told = house.run("orders", "advance", "44", "--to", "shipped", "--reason", "handed over", "--create")
    assert told.returncode == 0, told.stderr
    until(lambda: house.sandbox.seen(44)["status"] == "shipped")


def test_the_doctor_finds_nothing_wrong_with_a_house_that_runs(house: House):
    until(house.at_rest)
    told = house.run("doctor")
    assert told.returncode == 0, told.stdout
    assert "fail" not in told.stdout
    assert "the credentials are good, and the clocks agree" in " ".join(told.stdout.split())


def test_the_doctor_tells_wrong_credentials_from_a_platform_that_is_away(house: House):
    wrong = json.loads(house.run("doctor", "--json", ACCOUNTS__MAIN__HMAC_SECRET="another-secret").stdout)
    away = json.loads(house.run("doctor", "--json", ACCOUNTS__MAIN__BASE_URL="http://127.0.0.1:9/api/v1").stdout)
    found = [next(c for c in told["checks"] if c["check"] == "account main") for told in (wrong, away)]
    assert [(check["verdict"], check["unreachable"]) for check in found] == [("fail", False), ("fail", True)]
    assert (wrong["exit_code"], away["exit_code"]) == (1, 3)
