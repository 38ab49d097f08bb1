"""A message from RabbitMQ arrives, whatever its headers are, and without its body if that is too large."""

from struct import pack
from types import SimpleNamespace
from typing import Any

import pytest
from amqp import spec
from amqp.basic_message import Message
from amqp.exceptions import UnexpectedFrame

from tests.support.forging import UnreadableMessage
from worker.queue.amqp_frames import BODY, HEADER, HEARTBEAT, METHOD, frame_handler
from worker.queue.messages import MAX_BODY_BYTES

DELIVER = pack(">HH", *spec.Basic.Deliver)


class Frames:
    """Hands frames of channel 1 to the handler, and keeps what it calls back with."""

    def __init__(self) -> None:
        self.connection, self.calls = SimpleNamespace(bytes_recv=0), list[Any]()
        self._take = frame_handler(self.connection, lambda *call: self.calls.append(call))

    def take(self, kind: int, content: bytes) -> bool:
        return self._take((kind, 1, content))

    def deliver(self, message: Any, *bodies: bytes) -> Any:
        properties = message._serialize_properties()  # noqa: SLF001 - as py-amqp sends it
        header = pack(">HxxQ", spec.Basic.CLASS_ID, sum(map(len, bodies))) + properties
        for kind, content in ((METHOD, DELIVER), (HEADER, header), *((BODY, body) for body in bodies)):
            self.take(kind, content)
        return self.calls.pop()[3]


def test_an_ordinary_message_arrives_in_its_parts():
    message = Frames().deliver(Message(content_type="application/json"), b"[1, ", b"2]")
    assert (message.body, message.properties) == (b"[1, 2]", {"content_type": "application/json"})


def test_a_message_with_unreadable_headers_arrives_without_headers():
    frames = Frames()
    for bodies in ((b"x",), ()):
        assert frames.deliver(UnreadableMessage(), *bodies).properties == {}
    assert frames.deliver(Message(), b"next").body == b"next"


def test_a_large_body_is_not_collected():
    parts = [b"x" * 100_000] * 20
    message = Frames().deliver(Message(content_type="application/json"), *parts)
    assert message.body_received == message.body_size == 2_000_000
    assert len(message.body) == MAX_BODY_BYTES + 1


def test_methods_and_heartbeats_have_no_content():
    frames = Frames()
    assert frames.take(HEARTBEAT, b"") is False
    assert frames.take(METHOD, pack(">HH", *spec.Basic.QosOk)) is True
    assert frames.calls == [(1, spec.Basic.QosOk, pack(">HH", *spec.Basic.QosOk), None)]
    assert frames.connection.bytes_recv == 2


def test_a_frame_at_the_wrong_place_is_an_error_of_the_connection():
    with pytest.raises(UnexpectedFrame):
        Frames().take(BODY, b"x")
