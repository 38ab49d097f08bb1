"""A wait until one transaction waits for another: only PostgreSQL lets two of them write at a time."""

import psycopg
import pytest

from tests.support.database_in_trouble import plain_url


def wait_until_blocked(url: str) -> None:
    """Return once a transaction waits for a row that another one holds."""
    with psycopg.connect(plain_url(url), autocommit=True) as server:
        for _ in range(100):
            waiting = server.execute(
                "SELECT count(pg_sleep(0.02)), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity"
                " WHERE datname = current_database()"
            ).fetchone()
            if waiting and waiting[1]:
                return
    pytest.fail("no transaction waits")
