"""The two kinds of database, each made to wait for nothing longer than it is told."""

import random
import select
import sqlite3
import time
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

CONNECT_TIMEOUT = 3
"""Seconds that PostgreSQL may take to welcome a new connection."""
FRESH = 1.0
"""Seconds for which a connection that has rested is not asked whether it is still alive: that costs a round trip."""
PING_TIMEOUT = 1.0
"""Seconds after which a connection that has rested is taken for dead, and another one is made."""

GLANCE = 0.001
"""Seconds between two looks at SQLite's write lock, which one other process may hold for about as long."""

_T = TypeVar("_T")
_PRAGMAS = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA foreign_keys = ON")


def sqlite_engine(url: URL, connections: int, patience: float) -> Engine:
    """An engine on a file: write-ahead log, every commit on disk, explicit transactions."""
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience,
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    file = _File(url)

    @event.listens_for(engine, "do_connect")
    def find(*_: Any) -> None:  # noqa: ANN401 - whatever a driver connects with
        file.find()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's own types
        # The driver would open transactions by itself, and only before a write: then two
        # transactions read the same row and one update is lost without a word.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        record.info["file"] = file.opened()

    @event.listens_for(engine, "checkout")
    def verify(_connection: Any, record: Any, _proxy: Any) -> None:  # noqa: ANN401 - same
        file.verify(record.info["file"])

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        if connection.get_execution_options().get("immediate", False):
            _begin_writing(raw, patience)
        else:
            raw.execute("BEGIN")

    return engine


def _begin_writing(connection: Any, patience: float) -> None:  # noqa: ANN401 - the driver's own type
    """Get hold of the file's one write lock, or raise the driver's "locked" after *patience* seconds.

    SQLite itself would sleep ever longer between two looks, up to a tenth of a second: a process that
    writes now and then would wait for seconds beside one that writes all the time.
    """
    ends_at = time.monotonic() + patience
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while not _has_begun(connection, ends_at):
            time.sleep(random.uniform(0.5, 1.5) * GLANCE)  # noqa: S311 - no secret hangs on it
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")


def _has_begun(connection: Any, ends_at: float) -> bool:  # noqa: ANN401 - the driver's own type
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends_at:
            raise
        return False
    return True


class _File:
    """A database file. SQLite goes on writing to one that was moved away or replaced, and all of that is lost."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database) if url.database and "uri" not in url.query else None
        self._known = False

    def find(self) -> None:
        """Raise if the file was there and is gone: the empty one that SQLite would make must not meet its return."""
        if self._known and self._identity() is None:
            raise sqlite3.OperationalError("the database file is gone")

    def opened(self) -> tuple[int, int] | None:
        """Note that the file has been opened, and return what tells it from any other."""
        identity = self._identity()
        self._known = identity is not None
        return identity

    def verify(self, opened: tuple[int, int] | None) -> None:
        """Let the connection be made anew unless the file that it has *opened* is the one that is there."""
        if self._identity() != opened:
            raise DisconnectionError("the database file was moved or replaced")

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat() if self._path else None
        except OSError:
            return None
        return found and (found.st_dev, found.st_ino)


class _Patient(psycopg.Connection[Any]):
    """A connection that waits for no answer longer than its *patience*, in seconds.

    The server ends a slow statement by itself; one that was stopped, or cut off by a silent network, does not.
    """

    patience = 0.0

    def wait(self, gen: PQGen[_T], interval: float = 0.1, timeout: float | None = None) -> _T:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.errors._WaitTimeout as error:  # noqa: SLF001 - it has no public name
            if timeout is not None:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError("no answer from the server") from error


def postgresql_engine(url: URL, connections: int, patience: float) -> Engine:
    """An engine on a server, which ends what takes too long; its silence is ended here, a little later."""
    statement_timeout = int(patience * 800)
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=patience,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "options": f"-c statement_timeout={statement_timeout}"
            f" -c idle_in_transaction_session_timeout={int(patience * 6000)}",
        },
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> _Patient:  # noqa: ANN401
        connection = _Patient.connect(*arguments, **options)
        connection.patience = patience
        return connection

    @event.listens_for(engine, "checkin")
    def rest(connection: _Patient | None, record: Any) -> None:  # noqa: ANN401
        if connection is not None:
            connection.patience = min(patience, PING_TIMEOUT)
            record.info["rested_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def work(connection: _Patient, record: Any, _proxy: Any) -> None:  # noqa: ANN401
        rested = time.monotonic() - record.info.get("rested_at", float("inf"))
        if rested > FRESH or _has_something_to_say(connection):
            _ping(engine, connection)
        connection.patience = patience

    return engine


def _has_something_to_say(connection: _Patient) -> bool:
    """Tell whether a server that was asked nothing has sent something: mostly, that it has ended the connection."""
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    return bool(socket.poll(0))


def _ping(engine: Engine, connection: Any) -> None:  # noqa: ANN401 - the pool's own type
    """Let the connection be made anew if nobody answers at its other end."""
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error as error:
        raise DisconnectionError("the connection has died of rest") from error
