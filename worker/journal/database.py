"""One database: its connections, its transactions, its clock. Driver errors end at this border."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import JournalUnavailable

PATIENCE = 5.0
"""Seconds that any statement, lock or connection may take: the receiver answers 503 after this."""

_POSTGRESQL_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}",
)


def machine_now() -> int:
    """The machine's clock, in microseconds since the epoch."""
    return time.time_ns() // 1000


class Database:
    """Transactions on one database, SQLite or PostgreSQL, told apart by its URL.

    *clock*, when given, replaces the database's own clock (tests hand in theirs). Every error of the
    driver that may pass by itself comes out as `JournalUnavailable`.
    """

    def __init__(self, url: str, *, connections: int = 20, clock: Callable[[], int] | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url, connections) if self.is_sqlite else _postgresql(url, connections)
        self._clock = clock or (machine_now if self.is_sqlite else None)
        # SQLite has one writer. Threads that wait here are served in turn; those that meet at the
        # file's own lock sleep and poll, up to a second each.
        self._writer: AbstractContextManager[object] = _TimedLock() if self.is_sqlite else nullcontext()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write; committed, and durable, at the end of the block."""
        with (
            _translated(),
            self._writer,
            self.engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads: one consistent view."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    def now(self, connection: Connection) -> int:
        """The journal's clock: the database's own on PostgreSQL, the machine's on SQLite."""
        return self._clock() if self._clock else int(connection.execute(_POSTGRESQL_NOW).scalar_one())

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


class _TimedLock:
    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=PATIENCE):
            raise JournalUnavailable("the database is busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        # The driver's own words only: SQLAlchemy's message would quote the statement's parameters.
        raise JournalUnavailable(f"the database does not answer: {error.orig}") from error
    except PoolTimeout as error:
        raise JournalUnavailable("every database connection is in use") from error
    except sqlite3.Error as error:
        # A connection that could not even be prepared: SQLAlchemy does not wrap what its hooks raise.
        raise JournalUnavailable(f"the database does not answer: {error}") from error


def _sqlite(url: str, connections: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=PATIENCE,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - the driver's own types
        # The driver would open transactions by itself, and only before a write: then two
        # transactions read the same row and one update is lost without a word.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def _postgresql(url: str, connections: int) -> Engine:
    milliseconds = int(PATIENCE * 1000)
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=PATIENCE,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": int(PATIENCE),
            "tcp_user_timeout": 2 * milliseconds,
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds}"
            f" -c idle_in_transaction_session_timeout={6 * milliseconds}",
        },
    )
