"""Connections to the broker for those who enqueue wake-ups. No wait for the broker is longer than its timeouts."""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from typing import Any, TypeVar

import redis
from amqp.exceptions import AMQPError
from celery import Celery
from kombu.exceptions import OperationalError

MAX_IDLE = 2
"""Connections that are kept for the next use."""

T = TypeVar("T")


class BrokerUnavailable(Exception):
    """The broker takes no wake-ups now. The schedulers find the orders without them."""

    reason = "broker_unavailable"


class BrokerConnections:
    """The connections of this process. Each is used by one thread at a time; no thread waits for another.

    A connection that fails, or is silent for *timeout_seconds*, is thrown away.
    """

    def __init__(self, app: Celery, timeout_seconds: float) -> None:
        self._app, self._timeout_seconds = app, timeout_seconds
        self._idle: list[Any] = []
        self._lock = threading.Lock()

    def use(self, work: Callable[[Any], T]) -> T:
        """Return what *work* returns for a connection of kombu. Raises `BrokerUnavailable` for every broker's error.

        *work* is done again with a new connection if one that was idle fails: the broker may have been restarted.
        """
        idle = self._take()
        if idle is not None:
            with suppress(BrokerUnavailable):
                return self._use(idle, work)
        return self._use(None, work)

    def close(self) -> None:
        """Close the connections that are not in use. Nobody waits for the broker."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            _throw_away(connection)

    def _use(self, connection: Any, work: Callable[[Any], T]) -> T:  # noqa: ANN401 - kombu's own type
        try:
            connection = connection or self._open()
            result = work(connection)
        except (OperationalError, AMQPError, OSError, redis.RedisError) as error:
            _throw_away(connection)
            raise BrokerUnavailable(_reason(error)) from error
        except BaseException:
            _throw_away(connection)
            raise
        self._give_back(connection)
        return result

    def _open(self) -> Any:  # noqa: ANN401 - kombu's own type
        connection = self._app.connection_for_write()
        # Two attempts without a pause: the name of the broker may have several addresses.
        timeout = ceil(self._timeout_seconds)
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=timeout)
        # RabbitMQ's library waits without end for the rest of an answer, whatever its other timeouts are.
        sock = getattr(connection.connection, "sock", None)
        if sock is not None:
            sock.settimeout(self._timeout_seconds)
        return connection

    def _take(self) -> Any:  # noqa: ANN401 - kombu's own type
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: Any) -> None:  # noqa: ANN401 - kombu's own type
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        _throw_away(connection)


def _reason(error: BaseException) -> str:
    """Return why the broker is not available, in words that have no part of its URL."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the broker's certificate is not trusted: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return f"the broker does not answer: {type(error).__name__}"


def _throw_away(connection: Any) -> None:  # noqa: ANN401 - kombu's own type
    """Close *connection* without a word to the broker, which may be silent."""
    if connection is not None:
        with suppress(Exception):
            connection.collect(socket_timeout=0.1)
