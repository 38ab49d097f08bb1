"""One database: its connections, its transactions, its clock. Errors of the driver leave it as `StoreUnavailable`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import URL, Connection, make_url, text

from worker.domain.instants import Instant
from worker.store.database import backends
from worker.store.database.clocks import CarriedClock, machine_now
from worker.store.database.forks import close_before_forks
from worker.store.database.group_commit import GroupCommit
from worker.store.database.statement import RowConflict, Run
from worker.store.database.unavailability import translated

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
        open_backend = backends.sqlite if self.is_sqlite else backends.postgresql
        self._backend = open_backend(self.url, connections, timeout_seconds)
        self.engine = self._backend.engine
        close_before_forks(self.engine)
        self._run_work: Callable[[Work[Any]], Any] = self._run_alone
        if self.is_sqlite:
            self._run_work = GroupCommit(self._run_all, timeout_seconds / 2, pause_seconds=PAUSE_SECONDS).run

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write. It is committed, and durable, at the end of the block."""
        with (
            self._translated(),
            self._backend.writer,
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
        """Open a transaction that only reads. On SQLite, all its statements see the database at one moment."""
        with self._translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def statements(self) -> Iterator[Run]:
        """Open a block that runs statements of the module `statement`, which says how. Raises `RowConflict`, too.

        On PostgreSQL, each statement is a transaction of its own; on SQLite, the block is one.
        """
        with self._translated():
            try:
                with self._backend.writer, self._raw() as connection, self._backend.open_block(connection) as run:
                    yield run
            except self._backend.row_conflict as error:
                raise RowConflict from error

    @contextmanager
    def _raw(self) -> Iterator[Any]:
        """Yield the driver's own connection. It is thrown away if it was lost in the block."""
        pooled = self.engine.raw_connection()
        try:
            yield pooled.driver_connection
        except self._backend.driver_error:
            if getattr(pooled.driver_connection, "closed", False):
                pooled.invalidate()
            raise
        finally:
            pooled.close()

    @contextmanager
    def outside_transactions(self) -> Iterator[Any]:
        """Yield the driver's own connection, for what cannot be done in a transaction."""
        with self._translated(), closing(self.engine.raw_connection()) as connection:
            yield connection.driver_connection

    def _translated(self) -> AbstractContextManager[None]:
        return translated(self._backend.driver_error, self._backend.note_error)

    def now(self, connection: Connection) -> Instant:
        """Return the time of the database's clock: the server's on PostgreSQL, the machine's on SQLite."""
        return self._clock() if self._clock else int(connection.execute(_POSTGRESQL_NOW).scalar_one())

    def known_now(self) -> Instant | None:
        """Return the time of the database's clock; None if only a statement can read it, by `statement.NOW`."""
        return self._clock() if self._clock else None

    def clock(self) -> Callable[[], Instant]:
        """Return the database's clock for use outside transactions. It may be a little behind, but never ahead."""
        return self._clock or CarriedClock(self._read_clock).now

    def _read_clock(self) -> Instant:
        with self.read() as connection:
            return self.now(connection)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()
