"""Opens accounts: from credentials to an account that can send calls. A new platform needs a line in `ACCOUNTS`."""

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
    """One account at its platform. Only `check` sends calls; the two others return a client."""

    def order_api(self) -> OrderApi:
        """Return the client of a reconciliation."""

    def orders_client(self) -> OrdersClient:
        """Return the client of an operator."""

    def check(self) -> AccountCheck:
        """Read a few orders and return the result.

        If the platform refuses the credentials, the check also tries the settings that its documentation leaves open,
        and advises one that works.
        """


ACCOUNTS: Mapping[type[Credentials], Callable[[Any, AccountContext], PlatformAccount]] = MappingProxyType(
    {AwalchatCredentials: AwalchatAccount, CekatCredentials: CekatAccount}
)
"""The class of accounts, by the class of their credentials."""


def open_account(credentials: Credentials, context: AccountContext) -> PlatformAccount:
    """Return the account with these *credentials*. Nothing is sent."""
    return ACCOUNTS[type(credentials)](credentials, context)
