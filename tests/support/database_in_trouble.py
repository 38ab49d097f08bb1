"""Helpers for tests of a database that does not answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, make_url, select

from worker.store.database.database import Database
from worker.store.tables import deliveries


def plain_url(url: str) -> str:
    """Return the URL of a PostgreSQL database in the form that PostgreSQL's own programs and psycopg take."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def count_deliveries(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(deliveries)) or 0


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Fail if the block takes longer."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds
