"""The write-ahead log of a SQLite file: how large it is, and how it shrinks after a reader kept it from being emptied.

SQLite moves the log into the file (a checkpoint) by itself, except what somebody still reads: a shell that is left in a
transaction makes the log grow for as long as it is open.
"""

from pathlib import Path
from typing import Any

from worker.store.database.database import Database
from worker.store.database.sqlite import LOG_LIMIT_BYTES


class WriteAheadLog:
    """The write-ahead log of *database*. PostgreSQL has none that concerns us: there, its size is 0."""

    def __init__(self, database: Database) -> None:
        self._database = database
        url = database.url
        has_file = database.is_sqlite and url.database and "uri" not in url.query
        self._path = Path(f"{url.database}-wal") if has_file else None

    def size(self) -> int:
        """Return the size of the log in bytes."""
        try:
            return self._path.stat().st_size if self._path else 0
        except OSError:  # it appears with the first write
            return 0

    @property
    def has_grown(self) -> bool:
        """Whether the log is larger than an undisturbed one ever is."""
        return self.size() > LOG_LIMIT_BYTES

    def is_read(self) -> bool:
        """Tell whether a program keeps a part of the log from being moved into the file; move the rest.

        Writers do not wait for this. Raises `StoreUnavailable`.
        """
        with self._database.outside_transactions() as connection:
            return not _checkpoint(connection, "PASSIVE")

    def shrink(self) -> None:
        """Empty the log if it has grown and nobody reads it. Nobody waits for more than a moment.

        Raises `StoreUnavailable`.
        """
        if self.has_grown and not self.is_read():
            with self._database.outside_transactions() as connection:
                timeout_ms = connection.execute("PRAGMA busy_timeout").fetchone()[0]
                connection.execute("PRAGMA busy_timeout = 0")  # otherwise, writers would wait behind a new reader
                try:
                    _checkpoint(connection, "TRUNCATE")
                finally:
                    connection.execute(f"PRAGMA busy_timeout = {timeout_ms}")


def _checkpoint(connection: Any, mode: str) -> bool:  # noqa: ANN401 - the driver's own type
    """Move the log into the file, and tell whether all of it was moved."""
    is_busy, pages, moved = connection.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()
    return not is_busy and pages == moved
