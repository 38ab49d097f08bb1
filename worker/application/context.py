"""The settings and the database: of one command, which opens them when it runs, or of the console's process."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from worker.domain.policy import Policy
from worker.processes.exits import print_error
from worker.settings import Settings, load_settings
from worker.store import schema
from worker.store.database.database import Database

if TYPE_CHECKING:  # imported when it is used, because lists do not need it
    from worker.operations.orders import Operations

CONNECTIONS = 2
"""A command needs few connections: it asks one thing after another."""


@dataclass(frozen=True, slots=True)
class Context:
    """The settings, and the database that they name. *tell* gets sentences for the person who waits for an act."""

    settings: Settings
    database: Database
    tell: Callable[[str], None] = print_error

    @property
    def operations(self) -> "Operations":
        """What an operator may do."""
        from worker.application.wake_ups import BestEffortWakeUps
        from worker.operations.orders import Operations
        from worker.order_api.platforms import PLATFORMS
        from worker.store.intake.intake import SqlIntake
        from worker.store.operator import SqlOperatorStore

        platforms = {name: PLATFORMS[account.platform] for name, account in self.settings.accounts.items()}
        return Operations(
            store=SqlOperatorStore(self.database),
            intake=SqlIntake(self.database),
            wake_ups=BestEffortWakeUps(self.settings.queue_url, self.settings.ca_file),
            read_order_id={name: platform.read_order_id for name, platform in platforms.items()},
        )

    @property
    def policies(self) -> Mapping[str, Policy]:
        """The policy of each account."""
        return {name: account.policy for name, account in self.settings.accounts.items()}

    def policy(self, account: str) -> Policy:
        """Return the policy of *account*; the defaults, if the settings do not name the account any more."""
        return self.policies.get(account, Policy())


@contextmanager
def open_database() -> Iterator[Context]:
    """Open the database that the settings name, for the length of the block.

    Raises `SettingsError`, `SchemaOutdated` and `StoreUnavailable`.
    """
    with open_unchecked_database() as context:
        schema.check(context.database)
        yield context


@contextmanager
def open_unchecked_database() -> Iterator[Context]:
    """Open the database with a schema of any version, or none. Nothing is read yet. Raises `SettingsError`."""
    settings = load_settings(os.environ)
    database = Database(settings.database_url.get_secret_value(), connections=CONNECTIONS)
    try:
        yield Context(settings, database)
    finally:
        database.close()
