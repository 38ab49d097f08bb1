"""What commands stand on: built from the settings, opened for one command, closed after it."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.policy import Policy
from worker.domain.text import clean_text
from worker.operations.orders import Operations
from worker.order_api.platforms import PLATFORMS
from worker.settings import Settings, load_settings
from worker.store import schema
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.operator import SqlOperatorStore
from worker.store.queries.deliveries import DeliveryDetails, DeliveryQueries

CONNECTIONS = 2
BROKER_TIMEOUT = 1.0
"""Seconds that a nudge may take: the tick finds the order anyway."""


@dataclass(frozen=True, slots=True)
class Context:
    """The settings, and the journal that they name."""

    settings: Settings
    database: Database

    @property
    def operations(self) -> Operations:
        """What an operator may do."""
        platforms = {name: PLATFORMS[account.platform] for name, account in self.settings.accounts.items()}
        return Operations(
            store=SqlOperatorStore(self.database),
            intake=SqlIntake(self.database),
            wake_ups=_BestEffortWakeUps(self.settings.queue_url),
            read_order_id={name: platform.read_order_id for name, platform in platforms.items()},
        )

    @property
    def policies(self) -> Mapping[str, Policy]:
        """How each account wants its orders moved."""
        return {name: account.policy for name, account in self.settings.accounts.items()}

    def policy(self, account: str) -> Policy:
        """How *account* wants its orders moved; the defaults, if it has left the settings."""
        return self.policies.get(account, Policy())

    def delivery(self, delivery_id: int) -> tuple[int, DeliveryDetails]:
        """Return the journal's clock and one delivery whole; raises `IllegalRequest` when it is not there."""
        now, shown = DeliveryQueries(self.database).show(delivery_id)
        if shown is None:
            raise IllegalRequest(f"there is no delivery {delivery_id}, or it is kept no more")
        return now, shown


@contextmanager
def open_database() -> Iterator[Context]:
    """Open the journal that the environment names, for the length of the block.

    Raises `SettingsError`, `SchemaOutdated` and `StoreUnavailable`.
    """
    with open_unchecked_database() as context:
        schema.check(context.database)
        yield context


@contextmanager
def open_unchecked_database() -> Iterator[Context]:
    """Open the journal, whatever the state of its schema; nothing is read yet."""
    settings = load_settings(os.environ)
    database = Database(settings.database_url.get_secret_value(), connections=CONNECTIONS)
    try:
        yield Context(settings, database)
    finally:
        database.close()


def require_known(what: str, name: str, known: Collection[str]) -> None:
    """Raise `IllegalRequest` where *name* is none of the accounts, or sources, that are *known*."""
    if name not in known:
        named = ", ".join(known) or "none"
        raise IllegalRequest(f"the settings name no {what} “{clean_text(name)}”; they name: {named}")


@dataclass(frozen=True, slots=True)
class _BestEffortWakeUps:
    """The port `WakeUps`, at its best effort: what cannot be queued is found by the tick."""

    broker_url: str

    def __call__(self, keys: Sequence[OrderKey]) -> None:
        from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue, make_celery

        wake_ups = WakeUpQueue(make_celery(self.broker_url, timeout=BROKER_TIMEOUT))
        with suppress(BrokerUnavailable):
            for key in keys:
                wake_ups(key)
