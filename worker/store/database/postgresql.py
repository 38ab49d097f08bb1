"""The SQLAlchemy engine for a PostgreSQL server."""

import select
import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

CONNECT_TIMEOUT_SECONDS = 3
"""How long the server may take to open a connection."""
IDLE_WITHOUT_PING_SECONDS = 1.0
"""A connection that was idle for less than this is used without a ping, which costs a round trip."""
PING_TIMEOUT_SECONDS = 1.0
"""A connection that does not answer a ping within this time is replaced."""

DRIVER_ERROR: type[Exception] = psycopg.Error

_T = TypeVar("_T")


class _BoundedConnection(psycopg.Connection[Any]):
    """A connection that waits for an answer for at most `answer_timeout_seconds`.

    The server ends a slow statement by itself, but not when it was stopped, or when the network is silent.
    """

    answer_timeout_seconds = 0.0

    def wait(self, gen: PQGen[_T], interval: float = 0.1, timeout: float | None = None) -> _T:
        try:
            return super().wait(gen, interval, self.answer_timeout_seconds if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001 - it has no public name
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError("no answer from the server") from error


def postgresql_engine(url: URL, connections: int, timeout_seconds: float) -> Engine:
    """Return an engine on a server. The server ends slow statements, and a silent server is given up a little later.

    No wait for a free connection or for an answer takes longer than *timeout_seconds*.
    """
    # The server's limit comes first, so that a slow statement ends without the loss of its connection.
    statement_timeout_ms = int(timeout_seconds * 800)
    # A transaction whose client is silent must not keep its locks.
    idle_timeout_ms = int(timeout_seconds * 6000)
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeout_seconds,
        hide_parameters=True,  # an error is logged, and values are what customers and couriers wrote
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            "options": f"-c statement_timeout={statement_timeout_ms}"
            f" -c idle_in_transaction_session_timeout={idle_timeout_ms}",
        },
    )
    _listen(engine, timeout_seconds)
    return engine


def _listen(engine: Engine, timeout_seconds: float) -> None:
    """Register the hooks of *engine*: they bound the waits of connections, and replace dead connections."""

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Any,  # noqa: ANN401 - the types of the pool and the driver
        _record: Any,  # noqa: ANN401 - same
        arguments: list[Any],
        options: dict[str, Any],
    ) -> _BoundedConnection:
        connection = _BoundedConnection.connect(*arguments, **options)
        connection.answer_timeout_seconds = timeout_seconds
        return connection

    @event.listens_for(engine, "checkin")
    def check_in(connection: _BoundedConnection | None, record: Any) -> None:  # noqa: ANN401 - same
        if connection is not None:
            connection.answer_timeout_seconds = min(timeout_seconds, PING_TIMEOUT_SECONDS)
            record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check_out(connection: _BoundedConnection, record: Any, _proxy: Any) -> None:  # noqa: ANN401 - same
        idle_seconds = time.monotonic() - record.info.get("idle_since", float("inf"))
        if idle_seconds > IDLE_WITHOUT_PING_SECONDS or _has_unread_data(connection):
            _ping(engine, connection)
        connection.answer_timeout_seconds = timeout_seconds


def _has_unread_data(connection: _BoundedConnection) -> bool:
    """Tell whether the server has sent something without being asked: mostly, that it closes the connection."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _ping(engine: Engine, connection: Any) -> None:  # noqa: ANN401 - the pool's own type
    """Raise `DisconnectionError` if the server does not answer. Then the pool opens a new connection."""
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error as error:
        raise DisconnectionError("the idle connection is dead") from error
