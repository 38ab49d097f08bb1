"""A wait until one transaction waits for another: only PostgreSQL lets two of them write at a time."""

import psycopg

from tests.support.database_in_trouble import plain_url
from tests.support.programs import until


def wait_until_blocked(url: str) -> None:
    """Return once a transaction waits for a row that another one holds."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1"
    with psycopg.connect(plain_url(url), autocommit=True) as server:
        until(lambda: server.execute(waiting).fetchone(), what="a transaction waits")
