"""From credentials to an account that can send calls. A new platform is a line in `ACCOUNTS`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from worker.order_api.account_checks import AccountCheck
from worker.order_api.account_session import AccountContext
from worker.order_api.awalchat.account import AwalchatAccount
from worker.order_api.awalchat.credentials import AwalchatCredentials
from worker.order_api.cekat.account import CekatAccount
from worker.order_api.cekat.credentials import CekatCredentials
from worker.order_api.clients import OrdersClient
from worker.order_api.credentials import Credentials
from worker.ports import OrderApi


class PlatformAccount(Protocol):
    """One account at its platform. Only `check` sends anything."""

    def order_api(self) -> OrderApi:
        """Return what a reconciliation needs of the account."""

    def orders_client(self) -> OrdersClient:
        """Return what an operator needs of the account."""

    def check(self) -> AccountCheck:
        """Read a few orders. If the platform refuses that, try other readings of its rules, and name one that works."""


ACCOUNTS: Mapping[type[Credentials], Callable[[Any, AccountContext], PlatformAccount]] = MappingProxyType(
    {AwalchatCredentials: AwalchatAccount, CekatCredentials: CekatAccount}
)
"""The class of an account, by the class of its credentials, with which it is made."""


def open_account(credentials: Credentials, context: AccountContext) -> PlatformAccount:
    """Return the account of *credentials*. Nothing is sent yet."""
    return ACCOUNTS[type(credentials)](credentials, context)
