"""One line for tests: the tables of a database agree, and no order is forgotten."""

from collections.abc import Mapping
from contextlib import closing

from worker.domain.instants import DAY
from worker.domain.policy import Policy
from worker.store.database.database import Database
from worker.store.queries.integrity import IntegrityQueries


def assert_integrity_at(url: str, policies: Mapping[str, Policy] | None = None) -> None:
    """Fail unless the sums of the database at *url* agree at this moment."""
    with closing(Database(url, connections=1)) as database:
        assert_integrity(database, policies or NO_POLICIES)


NO_POLICIES: Mapping[str, Policy] = {}


def assert_integrity(database: Database, policies: Mapping[str, Policy] = NO_POLICIES) -> None:
    """Fail unless the sums of the database agree at this moment. *policies* is by account, else the defaults."""
    integrity = IntegrityQueries(database).check(policies, never_pruned=90 * DAY)
    wrong = {str(name): count for name, count in integrity.discrepancies.items() if count}
    assert not wrong, f"{wrong}, forgotten: {', '.join(map(str, integrity.forgotten))}"
