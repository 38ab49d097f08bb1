"""One database: its connections, its transactions, its clock. Driver errors end at this border."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from worker.domain.errors import StoreUnavailable
from worker.domain.instants import Instant
from worker.store.database.clocks import CarriedClock, machine_now
from worker.store.database.group_commit import GroupCommit

TIMEOUT_SECONDS = 5.0
"""How long any statement, lock or connection may take: the receiver answers 503 after this."""
PAUSE_SECONDS = 0.002
"""Between two shared transactions: long enough for another process to get SQLite's write lock."""

_POSTGRESQL_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
"""The time of the server's clock, in microseconds."""

T = TypeVar("T")
Work: TypeAlias = Callable[[Connection, Instant], T]
"""What is done in a transaction, at an instant of the database's clock. Its only effects are on the database."""


class Database:
    """Transactions on one database, SQLite or PostgreSQL, as its URL says.

    *timeout_seconds* is how long any lock, statement or free connection is waited for. *clock*, when given, replaces
    the database's own clock (tests hand in theirs). Every driver error that may pass by itself comes out as
    `StoreUnavailable`.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        connections: int = 20,
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Callable[[], Instant] | None = None,
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._clock = clock or (machine_now if self.is_sqlite else None)
        self._writer: AbstractContextManager[object] = nullcontext()
        self._shared: Callable[[Work[Any]], Any] = self._alone
        self._driver_error: type[Exception]
        # Each driver is imported only where it is used: psycopg would double the start-up time of a command.
        if self.is_sqlite:
            from worker.store.database.sqlite import DRIVER_ERROR, sqlite_engine  # noqa: PLC0415

            # SQLite has one writer. Threads that wait here are served in order; threads that meet at the file's own
            # lock sleep and poll, up to a second each. The two waits share the timeout.
            self._writer = _TimedLock(timeout_seconds / 2)
            self.engine, self._driver_error = sqlite_engine(self.url, connections, timeout_seconds / 2), DRIVER_ERROR
            group: GroupCommit[Work[Any], Any] = GroupCommit(
                self._all, timeout_seconds / 2, pause_seconds=PAUSE_SECONDS
            )
            self._shared = group.run
        else:
            from worker.store.database.postgresql import DRIVER_ERROR, postgresql_engine  # noqa: PLC0415

            self.engine, self._driver_error = postgresql_engine(self.url, connections, timeout_seconds), DRIVER_ERROR

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write. It is committed, and durable, at the end of the block."""
        with (
            self._translated(),
            self._writer,
            self.engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection

    def transact(self, work: Work[T]) -> T:
        """Do *work* in a transaction that may write, and return what it returns.

        On SQLite, concurrent callers share a transaction. Otherwise each of them would wait for the disk by itself.
        """
        return cast("T", self._shared(work))

    def _alone(self, work: Work[Any]) -> Any:  # noqa: ANN401 - what the work returns
        return self._all([work])[0]

    def _all(self, works: Sequence[Work[Any]]) -> list[Any]:
        with self.write() as connection:
            now = self.now(connection)
            return [work(connection, now) for work in works]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads: one consistent view."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            # The driver's own words only: SQLAlchemy's message would quote the statement's parameters.
            raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
        except PoolTimeout as error:
            raise StoreUnavailable("every database connection is in use") from error
        except self._driver_error as error:
            # A statement that the driver itself has run, or a hook, raised it: SQLAlchemy wraps neither.
            raise StoreUnavailable(f"the database does not answer: {error}") from error

    def now(self, connection: Connection) -> Instant:
        """Return the time of the database's clock: the server's on PostgreSQL, the machine's on SQLite."""
        return self._clock() if self._clock else int(connection.execute(_POSTGRESQL_NOW).scalar_one())

    def clock(self) -> Callable[[], Instant]:
        """Return the database's clock for use outside transactions: a little behind on PostgreSQL, and never ahead."""
        return self._clock or CarriedClock(self._read_clock).now

    def _read_clock(self) -> Instant:
        with self.read() as connection:
            return self.now(connection)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


class _TimedLock:
    def __init__(self, timeout_seconds: float) -> None:
        self._lock, self._timeout_seconds = threading.Lock(), timeout_seconds

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._timeout_seconds):
            raise StoreUnavailable("the database is busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
