"""One database: its connections, its transactions, its clock. Errors of the driver leave it as `StoreUnavailable`."""

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
"""Between two shared transactions, so that another process can get SQLite's write lock."""

_POSTGRESQL_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
"""Selects the time of the server's clock, in microseconds since 1970."""

T = TypeVar("T")
Work: TypeAlias = Callable[[Connection, Instant], T]
"""Work for one transaction, at an instant of the database's clock. It has no effect outside the database."""


class Database:
    """Transactions on one database, SQLite or PostgreSQL, as its URL says.

    *timeout_seconds* bounds each wait for a lock, a statement or a free connection. *clock* replaces the database's own
    clock, for tests. Every error that may go away by itself is raised as `StoreUnavailable`.
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
        self._run_work: Callable[[Work[Any]], Any] = self._run_alone
        self._driver_error: type[Exception]
        # Each driver is imported only where it is used: psycopg would double the start-up time of a command.
        if self.is_sqlite:
            from worker.store.database.sqlite import DRIVER_ERROR, sqlite_engine  # noqa: PLC0415

            # SQLite has one writer. The threads of this process wait for each other here, because at the lock of the
            # file, where processes wait for each other, they would have to poll. The two waits share the timeout.
            self._writer = _TimedLock(timeout_seconds / 2)
            self.engine, self._driver_error = sqlite_engine(self.url, connections, timeout_seconds / 2), DRIVER_ERROR
            group: GroupCommit[Work[Any], Any] = GroupCommit(
                self._run_all, timeout_seconds / 2, pause_seconds=PAUSE_SECONDS
            )
            self._run_work = group.run
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
        """Do *work* in a transaction that may write, and return its result.

        On SQLite, concurrent callers share a transaction, because each transaction waits for the disk.
        """
        return cast("T", self._run_work(work))

    def _run_alone(self, work: Work[Any]) -> Any:  # noqa: ANN401 - what the work returns
        return self._run_all([work])[0]

    def _run_all(self, works: Sequence[Work[Any]]) -> list[Any]:
        with self.write() as connection:
            now = self.now(connection)
            return [work(connection, now) for work in works]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads, with one consistent view of the database."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as error:
            # Only the driver's own message: SQLAlchemy's has the parameters of the statement.
            raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
        except PoolTimeout as error:
            raise StoreUnavailable("every database connection is in use") from error
        except self._driver_error as error:
            # SQLAlchemy does not wrap the errors of its hooks, or of statements that the driver itself runs.
            raise StoreUnavailable(f"the database does not answer: {error}") from error

    def now(self, connection: Connection) -> Instant:
        """Return the time of the database's clock: the server's on PostgreSQL, the machine's on SQLite."""
        return self._clock() if self._clock else int(connection.execute(_POSTGRESQL_NOW).scalar_one())

    def clock(self) -> Callable[[], Instant]:
        """Return the database's clock for use outside transactions. It may be a little behind, but never ahead."""
        return self._clock or CarriedClock(self._read_clock).now

    def _read_clock(self) -> Instant:
        with self.read() as connection:
            return self.now(connection)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


class _TimedLock:
    """A lock for threads. Raises `StoreUnavailable` when it is not free within *timeout_seconds*."""

    def __init__(self, timeout_seconds: float) -> None:
        self._lock, self._timeout_seconds = threading.Lock(), timeout_seconds

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._timeout_seconds):
            raise StoreUnavailable("the database is busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
