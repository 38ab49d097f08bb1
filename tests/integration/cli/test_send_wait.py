"""`fulfillment send --wait` says what becomes of an event, by its exit code and in words."""

import os
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from tests.support.commands import Commands
from tests.support.harness import Harness, order_key
from tests.support.wire import serving
from webhook_receiver.pages import create_app
from webhook_receiver.server.timeouts import Timeouts
from webhook_receiver.wiring import open_receiver
from worker.domain.events import EventResult
from worker.domain.reasons import StopReason
from worker.domain.results import Done, Stopped
from worker.domain.stages import Stage
from worker.settings import load_settings
from worker.store.database.clocks import machine_now

SEND = ("send", "--source", "courier", "--order", "1", "--event", "shipment.picked_up", "--wait")


@pytest.fixture
def receiver(fulfillment: Commands, harness: Harness) -> Iterator[None]:
    """A receiver on the database of *harness*, where the setting `listen` says."""
    with (
        capture_logs(),  # it has no broker, and warns about that while a command prints
        open_receiver(load_settings(os.environ)) as services,
        serving(create_app(services), Timeouts()) as (_, port),
    ):
        fulfillment.set({"FULFILLMENT_LISTEN": f"127.0.0.1:{port}"})
        yield


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let a worker do *act* while the command waits for the first time."""
    acts = [act]

    def sleep(_seconds: float) -> None:
        if acts:
            acts.pop()()

    monkeypatch.setattr("worker.cli.send.waiting.sleep", sleep)


def finish(harness: Harness, result: Done | Stopped, event_result: EventResult, stage: Stage) -> None:
    harness.clock.now = machine_now()
    read = {"stage": stage, "status": stage.value, "read_at": harness.clock()}
    harness.finish(order_key(1), result, event_result, **read)


def test_the_code_is_0_when_the_order_stands_where_the_event_says(
    receiver: None, fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    meanwhile(monkeypatch, lambda: finish(harness, Done(), EventResult.APPLIED, Stage.SHIPPED))
    result = fulfillment(*SEND)
    assert (result.code, result.out.splitlines()[-1]) == (0, "main/1 is shipped: it stands where the event says.")


def test_the_code_is_1_with_the_explanation_when_the_order_stops(
    receiver: None, fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    stopped = Stopped(StopReason.REFUSED, "HTTP 422: Branch is closed")
    meanwhile(monkeypatch, lambda: finish(harness, stopped, EventResult.PENDING, Stage.ACCEPTED))
    result = fulfillment(*SEND)
    assert result.code == 1
    assert "main/1 is accepted, and does not follow the event:" in result.out
    assert "Branch is closed" in result.out
    assert "fulfillment orders " in result.out


def test_the_code_is_3_when_nothing_is_decided_in_time(receiver: None, fulfillment: Commands, harness: Harness):
    result = fulfillment(*SEND, "--timeout", "0s", "--json")
    assert (result.code, result.document["end"], result.document["order_key"]) == (3, "timeout", "main/1")
    assert result.document["answer"]["status"] == "accepted"
    assert result.document["explanation"]["order"] == "1"


def test_the_code_is_1_when_the_delivery_cannot_be_used(receiver: None, fulfillment: Commands, harness: Harness):
    result = fulfillment(*SEND, "--order", "no id!")
    assert result.code == 1
    assert "Delivery 1 is quarantined, bad_order_id" in result.out
    assert "fulfillment deliveries show 1" in result.out


def test_an_event_that_is_refused_is_not_waited_for(receiver: None, fulfillment: Commands, harness: Harness):
    fulfillment.set({"FULFILLMENT_SOURCES__COURIER__SECRETS": "another-secret-of-this-test"})
    result = fulfillment(*SEND)
    assert (result.code, result.out.startswith("401 ")) == (1, True)


def test_a_repeated_event_is_judged_by_the_first_one(
    receiver: None, fulfillment: Commands, harness: Harness, monkeypatch: pytest.MonkeyPatch
):
    event = (*SEND, "--tracking", "TRK1", "--id", "evt_1")
    meanwhile(monkeypatch, lambda: finish(harness, Done(), EventResult.APPLIED, Stage.SHIPPED))
    assert fulfillment(*event).code == 0
    result = fulfillment(*event, "--note", "so that the body is another one")
    assert '"status": "duplicate"' in result.out
    assert (result.code, result.out.splitlines()[-1]) == (0, "main/1 is shipped: it stands where the event says.")


def test_a_repeated_event_that_is_pending_is_waited_for(receiver: None, fulfillment: Commands, harness: Harness):
    event = (*SEND, "--id", "evt_1", "--timeout", "0s", "--json")
    fulfillment(*event)
    result = fulfillment(*event)
    assert (result.code, result.document["end"], result.document["order_key"]) == (3, "timeout", "main/1")
    assert result.document["answer"]["status"] == "duplicate"
