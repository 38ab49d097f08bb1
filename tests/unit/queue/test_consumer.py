"""The consumer outlives every message, and hands on only calls that are still of use."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state
from celery.worker.consumer import Consumer
from structlog.testing import capture_logs

from tests.support.forging import ARGUMENTS, headers
from worker.queue import consumer as module
from worker.queue.consumer import SHORT_SECONDS, WakeUpConsumer, outlive


class BrokerGone(Exception):
    """An error of the broker's client."""


class Message:
    """A message, and what was done with it."""

    content_type, content_encoding = "application/json", "utf-8"

    def __init__(self, body: bytes = ARGUMENTS, **changes: object) -> None:
        self.headers, self.body, self.properties = headers(**changes), body, dict[str, str]()
        self.is_rejected = False

    def reject_log_error(self, *_: object) -> None:
        self.is_rejected = True


@pytest.fixture
def consumer() -> Any:
    """A consumer without a connection."""
    made: Any = WakeUpConsumer.__new__(WakeUpConsumer)
    made.connection_errors, made.channel_errors = (BrokerGone,), ()
    return made


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The messages that Celery gets."""
    messages = list[Any]()
    monkeypatch.setattr(Consumer, "create_task_handler", lambda _self: messages.append)
    return messages


def test_an_error_that_no_message_should_cause_is_a_lost_connection(consumer):
    def fail(_consumer: object, error: Exception) -> None:
        raise error

    with capture_logs() as lines, pytest.raises(ConnectionError):
        outlive(fail)(consumer, KeyError("properties"))
    assert [line["event"] for line in lines] == ["consumer_failed"]
    with pytest.raises(BrokerGone):
        outlive(fail)(consumer, BrokerGone())


def test_celery_gets_calls_that_have_not_expired_and_the_others_are_rejected(consumer, handled):
    now = datetime.now(UTC)
    fresh, old, forged = (
        Message(expires=(now + timedelta(seconds=60)).isoformat()),
        Message(expires=(now - timedelta(seconds=1)).isoformat()),
        Message(b"5"),
    )
    take = consumer.create_task_handler()
    for message in (fresh, old, forged):
        take(message)
    assert handled == [fresh]
    assert json.loads(fresh.body)[0] == ["main", "1"]
    assert (fresh.is_rejected, old.is_rejected, forged.is_rejected) == (False, True, True)


def test_a_message_that_kombu_cannot_decode_is_rejected(consumer):
    message = Message()
    consumer.on_decode_error(message, ValueError())
    assert message.is_rejected


def test_after_short_connections_the_consumer_pauses_for_longer_and_longer_and_never_for_long(consumer, monkeypatch):
    now, pauses = [0.0], list[float]()
    monkeypatch.setattr(module, "monotonic", lambda: now[0])
    monkeypatch.setattr(module, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr(Consumer, "on_connection_error_after_connected", lambda *_: None)
    monkeypatch.setattr(Consumer, "connect", lambda _self: SimpleNamespace())
    for _ in range(7):
        consumer.connect()
        began = now[0]
        consumer.on_connection_error_after_connected(BrokerGone())
        pauses.append(round(now[0] - began))
    assert pauses[-1] == SHORT_SECONDS == max(pauses)
    assert pauses == sorted(pauses)
    consumer.connect()
    now[0] += SHORT_SECONDS
    began = now[0]
    consumer.on_connection_error_after_connected(BrokerGone())
    assert now[0] == began
    monkeypatch.setattr(state, "should_stop", 0)
    consumer.connect()
    consumer.on_connection_error_after_connected(BrokerGone())
    assert now[0] == began, "a worker that stops does not pause"
