"""What the tests of the intake share."""

import pytest

from worker.journal.database import Database
from worker.journal.intake import SqlIntake


@pytest.fixture
def intake(database: Database) -> SqlIntake:
    return SqlIntake(database)
