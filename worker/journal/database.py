"""One database: its connections, its transactions, its clock. Driver errors end at this border."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import JournalUnavailable
from worker.journal.clocks import CarriedClock, machine_now
from worker.journal.engines import postgresql_engine, sqlite_engine
from worker.journal.group import GroupCommit

PATIENCE = 5.0
"""Seconds that any statement, lock or connection may take: the receiver answers 503 after this."""

BREATH = 0.002
"""Seconds between two shared transactions: long enough for another process to get hold of SQLite's write lock."""

_POSTGRESQL_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")


T = TypeVar("T")
Work = Callable[[Connection, int], T]
"""What is done in a transaction, at an instant of the journal's clock; it has no effect but on the database."""


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
        self._shared: Callable[[Work[Any]], Any] = self._alone
        if self.is_sqlite:
            # SQLite has one writer. Threads that wait here are served in turn; those that meet at the
            # file's own lock sleep and poll, up to a second each. The two waits share the patience.
            self._writer = _TimedLock(patience / 2)
            self.engine = sqlite_engine(self.url, connections, patience / 2)
            self._shared = GroupCommit(self._all, patience / 2, breath=BREATH)
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

    def transact(self, work: Work[T]) -> T:
        """Do *work* in a transaction that may write, and return what it returns.

        On SQLite, concurrent callers share a transaction: each of them alone would wait for the disk, one by one.
        """
        return cast("T", self._shared(work))

    def _alone(self, work: Work[Any]) -> Any:  # noqa: ANN401 - whatever the work returns
        return self._all([work])[0]

    def _all(self, works: Sequence[Work[Any]]) -> list[Any]:
        with self.write() as connection:
            now = self.now(connection)
            return [work(connection, now) for work in works]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads: one consistent view."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    def now(self, connection: Connection) -> int:
        """The journal's clock: the database's own on PostgreSQL, the machine's on SQLite."""
        return self._clock() if self._clock else int(connection.execute(_POSTGRESQL_NOW).scalar_one())

    def clock(self) -> Callable[[], int]:
        """The journal's clock for whoever has no transaction: a little behind on PostgreSQL, and never ahead."""
        return self._clock or CarriedClock(self._look)

    def _look(self) -> int:
        with self.read() as connection:
            return self.now(connection)

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
    except (sqlite3.Error, psycopg.Error) as error:
        # Raised by a statement that the driver itself has run, or by a hook: SQLAlchemy wraps neither.
        raise JournalUnavailable(f"the database does not answer: {error}") from error
