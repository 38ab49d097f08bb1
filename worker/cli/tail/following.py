"""Follows what happens, until Ctrl-C."""

from worker.cli.looking import look_again
from worker.cli.tail.printing import printer
from worker.domain.instants import Instant
from worker.domain.overview.activity import Activity, ActivityFilter, Followed
from worker.processes.exits import INTERRUPTED
from worker.store.database.database import Database
from worker.store.queries.activity import ActivityQueries

PAUSE_SECONDS = 1.0
"""Between two looks."""


class Look:
    """Looks at what has happened in *database* since the last look, or since *since*: only what is *wanted*."""

    def __init__(self, database: Database, wanted: ActivityFilter, since: Instant | None = None) -> None:
        self._queries, self._wanted = ActivityQueries(database, since), wanted
        self._followed = Followed(wanted.source)

    def read(self) -> list[Activity]:
        """Return the new entries, the oldest first. Raises `StoreUnavailable`."""
        return [entry for entry in self._queries.look() if self._followed.wants(entry) and self._wanted.wants(entry)]

    def pause_seconds(self) -> float:
        """Return how long to wait for the next look: not at all, if there is more to read."""
        return 0 if self._queries.is_behind else PAUSE_SECONDS


def follow(look: Look, *, as_json: bool) -> int:
    """Print what *look* finds until Ctrl-C, and return the exit code."""
    show = printer(as_json=as_json)
    try:
        for entries in look_again(look.read, look.pause_seconds):
            show(entries)
    except KeyboardInterrupt:  # it is how the command ends
        pass
    return INTERRUPTED
