"""A guard against a crash in kombu 5.7.0."""

from functools import wraps
from typing import Any

import redis
from kombu.transport import redis as redis_transport


def guard_closed_channels() -> None:
    """Keep the worker alive when a broker goes away under un-acknowledged messages.

    kombu 5.7.0 restores them through a channel whose connection is gone, and the AttributeError ends the worker. As a
    connection error, it makes the consumer reconnect. A test tells when this guard can go.
    """
    channels: Any = redis_transport.Channel
    original = channels._connparams  # noqa: SLF001 - where the crash is
    if getattr(original, "guarded", False):
        return

    @wraps(original)
    def connparams(self: Any, asynchronous: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - kombu's signature
        if self.connection is None or getattr(self.connection, "client", None) is None:
            raise redis.ConnectionError("the channel is closed")
        return original(self, asynchronous)

    connparams.guarded = True  # type: ignore[attr-defined]
    channels._connparams = connparams  # noqa: SLF001
