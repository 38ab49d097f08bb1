"""What the tests of the console's pages share: both databases, with a user who looks and acts."""

from collections.abc import Iterator

import pytest

from tests.support.console_user import ConsoleUser
from worker.console.access.users import Role
from worker.store.database.database import Database


@pytest.fixture
def operator(database: Database) -> Iterator[ConsoleUser]:
    """A user who may act."""
    user = ConsoleUser(database)
    yield user
    user.parts.close()


@pytest.fixture
def viewer(database: Database) -> Iterator[ConsoleUser]:
    """A user who may only look."""
    user = ConsoleUser(database, Role.VIEWER)
    yield user
    user.parts.close()
