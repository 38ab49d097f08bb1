"""What the tests of the console's pages share: both databases, with a user who looks and acts."""

import pytest

from tests.support.console_user import ConsoleUser
from worker.console.access.users import Role
from worker.store.database.database import Database


@pytest.fixture
def operator(database: Database) -> ConsoleUser:
    """A user who may act."""
    return ConsoleUser(database)


@pytest.fixture
def viewer(database: Database) -> ConsoleUser:
    """A user who may only look."""
    return ConsoleUser(database, Role.VIEWER)
