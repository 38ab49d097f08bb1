"""Waiting until one transaction waits for another: only PostgreSQL lets two of them write at a time."""

import psycopg
import pytest
from sqlalchemy import make_url


def wait_until_blocked(url: str) -> None:
    """Return once a transaction waits for a row that another one holds."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as server:
        for _ in range(100):
            waiting = server.execute(
                "SELECT count(pg_sleep(0.02)), count(*) FILTER (WHERE wait_event_type = 'Lock') FROM pg_stat_activity"
                " WHERE datname = current_database()"
            ).fetchone()
            if waiting and waiting[1]:
                return
    pytest.fail("nothing ever waited")
