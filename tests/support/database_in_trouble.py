"""What tests of a database in trouble ask it and its clock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, make_url, select

from worker.store.database.database import Database
from worker.store.tables import deliveries


def plain(url: str) -> str:
    """The URL as PostgreSQL's own programs want it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def stored(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(deliveries)) or 0


@contextmanager
def within(seconds: float) -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < seconds
