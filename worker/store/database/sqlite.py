"""The SQLAlchemy engine for a SQLite file."""

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DisconnectionError

from worker.private_files import make_private, open_private
from worker.store.database.statement import Rows, Run, Statement, Values

POLL_INTERVAL_SECONDS = 0.001
"""Between two attempts to take SQLite's write lock, which another process may hold for about as long."""

DRIVER_ERROR: type[Exception] = sqlite3.Error
ROW_CONFLICT: type[Exception] = sqlite3.IntegrityError
LOG_LIMIT_BYTES = 16 * 1024 * 1024
"""To this size, a write-ahead log that has grown is cut when it begins anew. Undisturbed, it has about a quarter."""
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA journal_size_limit = {LOG_LIMIT_BYTES}",
)


def sqlite_engine(url: URL, connections: int, timeout_seconds: float) -> Engine:
    """Return an engine on a file, with a write-ahead log, every commit on disk, and explicit transactions.

    No wait for a free connection or for the write lock takes longer than *timeout_seconds*.
    """
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=timeout_seconds,
        hide_parameters=True,  # an error is logged, and values are what customers and couriers wrote
        connect_args={"timeout": timeout_seconds, "check_same_thread": False},
    )
    engine.dialect.statement_compiler = _Compiler
    _listen(engine, _File(url), timeout_seconds)
    return engine


class _Compiler(SQLiteCompiler):
    """Writes the hint of a table behind its name. SQLAlchemy leaves out hints for SQLite, which has `INDEXED BY`."""

    def get_from_hint_text(self, table: object, text: str | None) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return text


def _listen(engine: Engine, file: "_File", timeout_seconds: float) -> None:
    """Register the hooks of *engine*: they check the file, and prepare connections and transactions."""

    @event.listens_for(engine, "do_connect")
    def require_file(*_: Any) -> None:  # noqa: ANN401 - the arguments of a driver's connect
        file.require()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:  # noqa: ANN401 - the driver's own types
        # The driver would begin transactions by itself, and only before a write. Then two transactions could read the
        # same row, and one update would be lost silently.
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
            _begin_writing(raw, timeout_seconds)
        else:
            raw.execute("BEGIN")


@contextmanager
def writing(connection: Any, timeout_seconds: float) -> Iterator[Run]:  # noqa: ANN401 - the driver's own type
    """Open a transaction that may write. Yields what runs statements in it; it is committed at the end of the block."""

    def run(statement: Statement, values: Values) -> Rows:
        rows: Rows = connection.execute(statement.text, values).fetchall()
        return rows

    _begin_writing(connection, timeout_seconds)
    try:
        yield run
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _begin_writing(connection: Any, timeout_seconds: float) -> None:  # noqa: ANN401 - the driver's own type
    """Take the write lock of the file. Raises the driver's error "locked" after *timeout_seconds*.

    SQLite itself would sleep longer and longer between two attempts, up to a tenth of a second. Then a process that
    writes now and then would wait for seconds beside one that writes all the time.
    """
    ends_at = time.monotonic() + timeout_seconds
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        while not _has_begun(connection, ends_at):
            time.sleep(random.uniform(0.5, 1.5) * POLL_INTERVAL_SECONDS)  # noqa: S311 - no secret depends on it
    finally:
        connection.execute(f"PRAGMA busy_timeout = {int(timeout_seconds * 1000)}")


def _has_begun(connection: Any, ends_at: float) -> bool:  # noqa: ANN401 - the driver's own type
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        # The low byte is the kind: there are codes of their own for a process that recovers the log, for instance.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > ends_at:
            raise
        return False
    return True


def _keep_private(path: Path) -> None:
    """Create the file if it is not there, and take it, its log and its index from all other users."""
    with suppress(OSError):  # SQLite itself tells what is wrong with the path
        open_private(path, "ab").close()
    for end in ("-wal", "-shm"):
        make_private(path.with_name(path.name + end))


class _File:
    """A database file. When it is moved or replaced, SQLite goes on writing to the old one, and the writes are lost."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database) if url.database and "uri" not in url.query else None
        self._was_opened = False

    def require(self) -> None:
        """Raise an error if the file existed and is gone, because SQLite would create an empty one.

        Before it is opened first, it is made private: so are the files that SQLite creates beside it.
        """
        if self._was_opened and self._identity() is None:
            raise sqlite3.OperationalError("the database file is gone")
        if self._path and not self._was_opened:
            _keep_private(self._path)

    def opened(self) -> tuple[int, int] | None:
        """Remember that the file was opened, and return its identity."""
        identity = self._identity()
        self._was_opened = identity is not None
        return identity

    def verify(self, identity: tuple[int, int] | None) -> None:
        """Raise `DisconnectionError` unless the file has this *identity*. Then the pool opens a new connection."""
        if self._identity() != identity:
            raise DisconnectionError("the database file was moved or replaced")

    def _identity(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat() if self._path else None
        except OSError:
            return None
        return status and (status.st_dev, status.st_ino)
