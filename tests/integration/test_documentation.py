"""The example queries of the reference run on a real database."""

import re

from sqlalchemy import text

from tests.support.events import a_delivery, an_event
from tests.support.pages import REFERENCE, example
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake


def test_the_example_queries_show_readable_times_on_both_databases(database: Database):
    SqlIntake(database).write(a_delivery(an_event()))
    queries = re.findall(r'"(SELECT .+?)"', example(REFERENCE, "sh", "## Database"))
    assert len(queries) == 2
    with database.read() as connection:
        for query in queries:
            (row,) = connection.execute(text(query)).all()
            assert str(row[-1]).startswith("2026-01-25 12:00:00")


def test_no_column_needs_quotes(database: Database):
    with database.read() as connection:
        assert connection.execute(text("select result from events")).all() == []
