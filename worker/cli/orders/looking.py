"""Looks at one order at its platform, with the operator's call budget."""

from worker.cli.platform.account import open_account
from worker.domain.errors import Transient
from worker.domain.orders import OrderKey
from worker.settings import Settings


def look_at(settings: Settings, key: OrderKey) -> str:
    """Return the status that the platform shows for the order *key*. Raises `ApiError` and `StoreError`."""
    if key.account not in settings.accounts:
        raise Transient(f"the settings do not name the account {key.account}")
    with open_account(key.account) as account:
        return account.show(key.order_id).reading.status
