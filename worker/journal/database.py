"""One database: its connections, its transactions, its clock. Driver errors end at this border."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import JournalUnavailable
from worker.journal.engines import postgresql_engine, sqlite_engine

PATIENCE = 5.0
"""Seconds that any statement, lock or connection may take: the receiver answers 503 after this."""

_POSTGRESQL_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")


def machine_now() -> int:
    """The machine's clock, in microseconds since the epoch."""
    return time.time_ns() // 1000


class Database:
    """Transactions on one database, SQLite or PostgreSQL, told apart by its URL.

    *patience* is how long any lock, statement or free connection is waited for, in seconds. *clock*,
    when given, replaces the database's own clock (tests hand in theirs). Every error of the driver
    that may pass by itself comes out as `JournalUnavailable`.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        connections: int = 20,
        patience: float = PATIENCE,
        clock: Callable[[], int] | None = None,
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._clock = clock or (machine_now if self.is_sqlite else None)
        self._writer: AbstractContextManager[object] = nullcontext()
        if self.is_sqlite:
            # SQLite has one writer. Threads that wait here are served in turn; those that meet at the
            # file's own lock sleep and poll, up to a second each. The two waits share the patience.
            self._writer = _TimedLock(patience / 2)
            self.engine = sqlite_engine(self.url, connections, patience / 2)
        else:
            self.engine = postgresql_engine(self.url, connections, patience)

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
    def __init__(self, patience: float) -> None:
        self._lock, self._patience = threading.Lock(), patience

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._patience):
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
