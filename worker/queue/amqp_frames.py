"""Reads what RabbitMQ sends. A message that is too large, or whose headers cannot be read, arrives without content.

py-amqp raises an error for such headers, for instance for a date after the year 9999, and RabbitMQ sends the message
again after each new connection. A large body would be collected in memory first.
"""

from collections.abc import Callable
from struct import unpack_from
from typing import Any

from amqp import spec
from amqp.basic_message import Message
from amqp.exceptions import UnexpectedFrame

from worker.queue.messages import MAX_BODY_BYTES

METHOD, HEADER, BODY, HEARTBEAT = 1, 2, 3, 8
"""The kinds of frames."""
_WITH_CONTENT = (spec.Basic.Return, spec.Basic.Deliver, spec.Basic.GetOk)
"""The methods that a header and a body follow."""
_FIXED_HEADER_BYTES = 12
_NO_PROPERTIES = b"\x00\x00"
TOO_LARGE = b"\x00" * (MAX_BODY_BYTES + 1)
"""The body of each message that was too large."""


def frame_handler(
    connection: Any,  # noqa: ANN401 - py-amqp's own
    callback: Callable[..., object],
) -> Callable[[tuple[int, int, Any]], bool]:
    """Return a function that takes the frames of *connection*, and calls *callback* for each method and message.

    It has the signature of py-amqp's own, and is used instead of it.
    """
    messages: dict[int, Message] = {}
    """The message of each channel whose frames have not all arrived."""

    def on_frame(frame: tuple[int, int, Any]) -> bool:
        kind, channel, content = frame
        connection.bytes_recv += 1
        if kind == HEARTBEAT:
            return False
        if kind != _expected(messages.get(channel)):
            raise UnexpectedFrame(f"Received frame {kind}")
        if kind == METHOD:
            signature = unpack_from(">HH", content, 0)
            if signature not in _WITH_CONTENT:
                callback(channel, signature, content, None)
                return True
            messages[channel] = Message(frame_method=signature, frame_args=content)
            return False
        message = messages[channel]
        (_read_header if kind == HEADER else _read_body)(message, content)
        if not message.ready:
            return False
        callback(channel, message.frame_method, message.frame_args, messages.pop(channel))
        return True

    return on_frame


def _expected(message: Any) -> int:  # noqa: ANN401 - py-amqp's own
    if message is None:
        return METHOD
    return BODY if message.body_size else HEADER


def _read_header(message: Any, content: Any) -> None:  # noqa: ANN401 - same
    try:
        message.inbound_header(content)
    except Exception:  # noqa: BLE001 - whatever the headers were, the message must be taken from the queue
        message.inbound_header(bytes(content[:_FIXED_HEADER_BYTES]) + _NO_PROPERTIES)


def _read_body(message: Any, content: Any) -> None:  # noqa: ANN401 - same
    if message.body_size <= MAX_BODY_BYTES:
        message.inbound_body(content)
        return
    message.body_received += len(content)
    message.body = TOO_LARGE
    message.ready = message.body_received >= message.body_size
