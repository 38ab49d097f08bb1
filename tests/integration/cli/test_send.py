"""`fulfillment send` to a real receiver: it makes what a source's courier sends, and says what it cannot make."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.support.commands import Commands
from tests.support.harness import Harness
from tests.support.wire import serving
from webhook_receiver.pages import create_app
from webhook_receiver.server.timeouts import Timeouts
from webhook_receiver.wiring import open_receiver
from worker.settings import load_settings

SETTINGS = {
    "FULFILLMENT_SOURCES__OTO__SECRETS__SIGNATURE": "oto-secret",
    "FULFILLMENT_SOURCES__OTO__SECRETS__TOKEN": "Bearer oto-token",
    "FULFILLMENT_SOURCES__BITESHIP__SECRETS__URL": "biteship-token-in-the-url",
    "FULFILLMENT_SOURCES__BITESHIP__HEADER": "X-Biteship",
    "FULFILLMENT_SOURCES__KIRIMINAJA__SECRETS": "kiriminaja-token",
    "FULFILLMENT_SOURCES__KIRIMINAJA__NUMBER_PREFIX": "TK-",
}
OTO = ("send", "--source", "oto", "--event", "delivered", "--number", "ORD-1")


@pytest.fixture
def receiver(fulfillment: Commands, harness: Harness) -> Iterator[None]:
    """A receiver on the database of *harness*, where the setting `listen` says."""
    fulfillment.set(SETTINGS)
    with (
        capture_logs(),  # it has no broker, and warns about that while a command prints
        open_receiver(load_settings(os.environ)) as services,
        serving(create_app(services), Timeouts()) as (_, port),
    ):
        fulfillment.set({"FULFILLMENT_LISTEN": f"127.0.0.1:{port}"})
        yield


@pytest.mark.parametrize(
    "arguments",
    [
        ("--source", "oto", "--event", "shipment.picked_up", "--number", "ORD-1"),
        ("--source", "oto", "--event", "delivered", "--number", "ORD-1", "--note", "at the door", "--tracking", "T1"),
        ("--source", "biteship", "--event", "out_for_delivery", "--tracking", "JNE-1"),
        ("--source", "kiriminaja", "--event", "delivered", "--number", "ORD-1", "--timestamp", "2026-11-27 03:00"),
        ("--source", "courier", "--event", "shipment.lost", "--order", "17", "--parcels", "2"),
    ],
)
def test_a_test_event_is_accepted_for_every_kind_of_source(receiver: None, fulfillment: Commands, arguments):
    result = fulfillment("send", *arguments)
    assert result.code == 0, result.err
    assert result.out.startswith("20"), result.out
    assert '"accepted"' in result.out


def test_the_answer_of_a_courier_is_printed_as_json_with_its_status(receiver: None, fulfillment: Commands):
    result = fulfillment(*OTO, "--json")
    assert (result.code, result.document["status"], result.document["answer"]["status"]) == (0, 200, "accepted")


AGREED = """
title = "Agreed"

[auth.token]
kind = "static"
from = "header:Authorization"

[read]
number = "order"
key = ["order", "word"]

[status]
from = "word"
rows = [["delivered", "delivered"]]

[answer]
body = '{"status": "ok"}'
"""


@pytest.fixture
def agreed(fulfillment: Commands, tmp_path: Path) -> None:
    """Settings with the source `agreed`, whose courier wants an answer that does not tell the outcome."""
    (tmp_path / "agreed.toml").write_text(AGREED)
    fulfillment.set(
        {
            "FULFILLMENT_SOURCES__AGREED__PROFILE": str(tmp_path / "agreed.toml"),
            "FULFILLMENT_SOURCES__AGREED__SECRETS": "a-token-of-sixteen-bytes",
        }
    )


def test_an_agreed_answer_is_followed_by_the_command_that_tells_the_outcome(
    agreed: None, receiver: None, fulfillment: Commands
):
    arguments = ("send", "--source", "agreed", "--event", "delivered", "--number", "ORD-1")
    answer, sentence = fulfillment(*arguments).out.splitlines()
    assert answer == '200 {"status": "ok"}'
    assert "`fulfillment deliveries list --source agreed`" in sentence
    assert fulfillment(*arguments, "--json").document == {"status": 200, "answer": {"status": "ok"}}


def test_an_answer_that_tells_the_outcome_or_refuses_stands_alone(receiver: None, fulfillment: Commands):
    assert len(fulfillment(*OTO).out.splitlines()) == 1
    fulfillment.set({"FULFILLMENT_SOURCES__OTO__SECRETS__SIGNATURE": "another-secret"})
    assert len(fulfillment(*OTO).out.splitlines()) == 1


def test_an_event_that_the_receiver_refuses_ends_with_1(receiver: None, fulfillment: Commands):
    fulfillment.set({"FULFILLMENT_SOURCES__OTO__SECRETS__SIGNATURE": "another-secret"})
    assert fulfillment(*OTO).code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*OTO, "--parcels", "2"), "the profile of oto reads no number of parcels"),
        ((*OTO, "--id", "evt_1"), "the profile of oto reads no event id"),
        ((*OTO[:5], "--order", "17"), "the profile of oto reads no order id: name the order by its number"),
        ((*OTO, "--timestamp", "yesterday"), "--timestamp must be a time in ISO 8601"),
        (
            ("send", "--source", "oto", "--event", "eaten", "--number", "1"),
            "--event must be an event that the profile of oto has: shipment.cancelled, shipment.created,",
        ),
        (
            ("send", "--source", "kiriminaja", "--event", "in_transit", "--number", "1"),
            "the profile of kiriminaja has no status for shipment.in_transit; it has some for shipment.cancelled,",
        ),
    ],
)
def test_what_a_profile_cannot_say_is_refused_before_anything_is_sent(fulfillment: Commands, arguments, sentence):
    fulfillment.set({**SETTINGS, "FULFILLMENT_LISTEN": "127.0.0.1:9"})
    result = fulfillment(*arguments)
    assert (result.code, result.out) == (2, "")
    assert sentence in result.err


def test_a_receiver_that_does_not_answer_is_named_without_the_secrets_of_the_url(fulfillment: Commands):
    fulfillment.set(SETTINGS)
    url = "http://127.0.0.1:9/hooks/biteship?key=another-secret-here#fragment"
    result = fulfillment("send", "--source", "biteship", "--event", "delivered", "--tracking", "T1", "--url", url)
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("fulfillment: http://127.0.0.1:9/hooks/biteship does not answer: ")
    assert "secret" not in result.err
    assert "token" not in result.err
