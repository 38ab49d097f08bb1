"""The SQLAlchemy engine for a PostgreSQL server."""

import select
import threading
import time
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from worker.store.database.postgresql_connection import ENCODING, BoundedConnection, NoAnswer
from worker.store.database.postgresql_tls import tls_arguments

CONNECT_TIMEOUT_SECONDS = 3
"""How long the server may take to open a connection."""
CONNECT_TIMEOUT_OF_EACH_SECONDS = 2
"""The same for each of several servers. It is the shortest that libpq knows."""
IDLE_WITHOUT_PING_SECONDS = 1.0
"""A connection that was idle for less than this is used without a ping, which costs a round trip."""
PING_TIMEOUT_SECONDS = 1.0
"""A connection that does not answer a ping within this time is replaced."""
RECYCLE_SECONDS = 600
"""A connection that is older than this is replaced: so it follows a name that leads to another server now."""
DISCARD_EVERY_SECONDS = 1.0
"""Connections are discarded at most once in this time, because a server that stays read-only fails all of them."""

DRIVER_ERROR: type[Exception] = psycopg.Error
ROW_CONFLICT: type[Exception] = psycopg.IntegrityError

_SERVER_HAS_CHANGED = frozenset({"25006", "57P01", "57P02", "57P03"})
"""The server is read-only now, or it ends, has crashed, or is not ready: other connections lead to the same one."""
_CONNECTION_EXCEPTION = "08"
"""The class of the errors that a connection, or a pooler, is lost by."""


class Generation:
    """The connections that may be used: those that were opened after the last error of the server itself.

    After a failover, the connections that are open lead to a server that is read-only now, and would fail for ever.
    """

    def __init__(self) -> None:
        self._since = float("-inf")
        self._lock = threading.Lock()

    def note(self, error: BaseException | None) -> None:
        """Discard the connections that are open now if *error* says that their server has changed or is silent."""
        if not (isinstance(error, psycopg.Error) and _discards(error)):
            return
        with self._lock:
            now = time.monotonic()
            if now - self._since > DISCARD_EVERY_SECONDS:
                self._since = now

    def includes(self, opened_at: float) -> bool:
        """Tell whether a connection that was opened at *opened_at* (seconds, monotonic) may be used."""
        return opened_at > self._since


def _discards(error: psycopg.Error) -> bool:
    state = error.sqlstate or ""
    return isinstance(error, NoAnswer) or state in _SERVER_HAS_CHANGED or state.startswith(_CONNECTION_EXCEPTION)


def postgresql_engine(url: URL, connections: int, timeout_seconds: float, generation: Generation) -> Engine:
    """Return an engine on a server. The server ends slow statements, and a silent server is given up a little later.

    No wait for a free connection or for an answer takes longer than *timeout_seconds*. Connections that do not belong
    to *generation* any more are replaced before they are used. The engine works behind a pooler of transactions.
    """
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeout_seconds,
        pool_recycle=RECYCLE_SECONDS,
        hide_parameters=True,  # an error is logged, and values are what customers and couriers wrote
        connect_args=_connect_args(url),
    )
    _listen(engine, timeout_seconds, generation)
    return engine


def _connect_args(url: URL) -> dict[str, str | int]:
    hosts = url.query.get("host", ())
    count = len(hosts.split(",")) if isinstance(hosts, str) else len(hosts)
    arguments: dict[str, str | int] = {
        "connect_timeout": CONNECT_TIMEOUT_SECONDS if count <= 1 else CONNECT_TIMEOUT_OF_EACH_SECONDS,
        "client_encoding": ENCODING,
        **tls_arguments(url),
    }
    if count > 1 and "target_session_attrs" not in url.query:
        arguments["target_session_attrs"] = "read-write"  # of several servers, only the primary is of use
    return arguments


def _listen(engine: Engine, timeout_seconds: float, generation: Generation) -> None:
    """Register the hooks of *engine*: they bound the waits of connections, and replace those that are of no use."""

    @event.listens_for(engine, "do_connect")
    def connect(
        _dialect: Any,  # noqa: ANN401 - the types of the pool and the driver
        _record: Any,  # noqa: ANN401 - same
        arguments: list[Any],
        options: dict[str, Any],
    ) -> BoundedConnection:
        return BoundedConnection.open(*arguments, timeout_seconds=timeout_seconds, **options)

    @event.listens_for(engine, "connect")
    def remember(_connection: BoundedConnection, record: Any) -> None:  # noqa: ANN401 - same
        record.info["opened_at"] = record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkin")
    def check_in(connection: BoundedConnection | None, record: Any) -> None:  # noqa: ANN401 - same
        if connection is not None:
            connection.answer_timeout_seconds = min(timeout_seconds, PING_TIMEOUT_SECONDS)
            record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check_out(connection: BoundedConnection, record: Any, _proxy: Any) -> None:  # noqa: ANN401 - same
        if record.info.get("is_used"):  # a new connection is of use, or none is
            _require_use(engine, connection, record.info, generation)
        record.info["is_used"] = True
        connection.answer_timeout_seconds = timeout_seconds

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.begin(only_reads=not connection.get_execution_options().get("immediate", False))


def _require_use(engine: Engine, connection: BoundedConnection, info: dict[str, Any], generation: Generation) -> None:
    """Raise `DisconnectionError` if the connection is of no use any more. Then the pool opens a new one."""
    if not generation.includes(info["opened_at"]):
        raise DisconnectionError("the server has changed since the connection was opened")
    if time.monotonic() - info["idle_since"] > IDLE_WITHOUT_PING_SECONDS or _has_unread_data(connection):
        _ping(engine, connection)


def _has_unread_data(connection: BoundedConnection) -> bool:
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
