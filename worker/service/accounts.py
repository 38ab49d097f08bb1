"""Opens the accounts that the settings name: their order APIs and HTTP clients."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from worker.domain.instants import Duration
from worker.order_api.account_session import AccountContext
from worker.order_api.accounts import open_account
from worker.order_api.http.client import Client, Timeouts
from worker.ports import OrderApi
from worker.reconcile.budget import Budget
from worker.settings import AccountSettings, Settings
from worker.store.database.clocks import machine_now


def connect_accounts(settings: Settings, budget: Budget) -> dict[str, OrderApi]:
    """Return the order API of every account, by its name. Accounts with the same deadline share one HTTP client."""
    clients: dict[timedelta, Client] = {}
    apis = {}
    for name, account in settings.accounts.items():
        if account.call_deadline not in clients:
            clients[account.call_deadline] = open_client(account)
        context = context_of(account, clients[account.call_deadline], partial(budget.pause, name))
        apis[name] = open_account(account.credentials, context).order_api()
    return apis


def open_client(account: AccountSettings) -> Client:
    """Return an HTTP client that keeps to the account's `call_deadline`."""
    return Client(Timeouts().within(account.call_deadline))


def context_of(account: AccountSettings, client: Client, pause: Callable[[Duration], None]) -> AccountContext:
    """Return the context of one account, which it needs besides its credentials; *pause* as in `AccountContext`."""
    return AccountContext(client, machine_now, account.timezone, pause, account.statuses)
