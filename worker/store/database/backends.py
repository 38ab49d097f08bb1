"""What differs between the two kinds of database: the connections, and what the driver does.

Each driver is imported only where it is used: psycopg would double the start-up time of a command.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import URL, Engine

from worker.domain.errors import StoreUnavailable
from worker.store.database.statement import Run


class Backend(NamedTuple):
    """One database, as its driver sees it."""

    engine: Engine
    driver_error: type[Exception]
    """The class of all errors of the driver."""
    row_conflict: type[Exception]
    """The error of a statement that would break a constraint."""
    open_block: Callable[[Any], AbstractContextManager[Run]]
    """Opens a block of statements on a connection of the driver: see `statement`."""
    writer: AbstractContextManager[object] = nullcontext()
    """What a thread holds while it writes."""
    note_error: Callable[[BaseException | None], object] = lambda _: None
    """Learns every error of the driver."""


def sqlite(url: URL, connections: int, timeout_seconds: float) -> Backend:
    """Return a SQLite file. It has one writer.

    The threads of this process wait for each other at a lock of their own, because at the lock of the file, where
    processes wait for each other, they would have to poll. The two waits share the timeout.
    """
    from worker.store.database.sqlite import DRIVER_ERROR, ROW_CONFLICT, sqlite_engine, writing  # noqa: PLC0415

    half = timeout_seconds / 2
    open_block = partial(writing, timeout_seconds=half)
    return Backend(sqlite_engine(url, connections, half), DRIVER_ERROR, ROW_CONFLICT, open_block, TimedLock(half))


def postgresql(url: URL, connections: int, timeout_seconds: float) -> Backend:
    """Return a database of a PostgreSQL server."""
    from worker.store.database.postgresql import (  # noqa: PLC0415
        DRIVER_ERROR,
        ROW_CONFLICT,
        Generation,
        postgresql_engine,
    )

    generation = Generation()
    engine = postgresql_engine(url, connections, timeout_seconds, generation)
    return Backend(engine, DRIVER_ERROR, ROW_CONFLICT, _each_alone, note_error=generation.note)


def _each_alone(connection: Any) -> AbstractContextManager[Run]:  # noqa: ANN401 - the driver's own type
    return nullcontext(connection.run)


class TimedLock:
    """A lock for threads. Raises `StoreUnavailable` when it is not free within *timeout_seconds*."""

    def __init__(self, timeout_seconds: float) -> None:
        self._lock, self._timeout_seconds = threading.Lock(), timeout_seconds

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._timeout_seconds):
            raise StoreUnavailable("the database is busy")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
