"""Opens the accounts that the settings name: their order APIs and HTTP clients."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from worker.domain.accounts.call_requests import CallUse
from worker.domain.accounts.observations import Observation
from worker.order_api.account_session import AccountContext
from worker.order_api.accounts import open_account
from worker.order_api.http.client import Client, Timeouts
from worker.ports import OrderApi
from worker.reconcile.budget import Budget
from worker.reconcile.probe import Probe
from worker.settings import AccountSettings, Settings
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.accounts.locks import SqlLocks
from worker.store.accounts.probes import SqlProbes
from worker.store.database.clocks import machine_now
from worker.store.database.database import Database


def open_client(account: AccountSettings) -> Client:
    """Return an HTTP client that keeps to the account's `call_deadline`."""
    return Client(Timeouts().within(account.call_deadline))


def connect_accounts(
    settings: Settings, budget: Budget, open_client: Callable[[AccountSettings], Client] = open_client
) -> dict[str, OrderApi]:
    """Return the order API of every account, by its name. Accounts with the same deadline share one HTTP client."""
    clients: dict[timedelta, Client] = {}
    apis = {}
    for name, account in settings.accounts.items():
        if account.call_deadline not in clients:
            clients[account.call_deadline] = open_client(account)
        context = context_of(account, clients[account.call_deadline], partial(budget.observe, name))
        apis[name] = open_account(account.credentials, context).order_api()
    return apis


@dataclass(frozen=True, slots=True)
class AccountCalls:
    """What calls the accounts in the settings, in a worker and in a command. *limits* and *apis* are by account."""

    limits: Mapping[str, int]
    budget: Budget
    apis: Mapping[str, OrderApi]
    probes: SqlProbes
    probe: Probe


def connect_database(
    settings: Settings, database: Database, open_client: Callable[[AccountSettings], Client] = open_client
) -> AccountCalls:
    """Put together what calls the accounts, over the database that all workers share. Nothing is sent or written."""
    holds, probes = SqlHolds(database), SqlProbes(database)
    limits = {name: account.calls_per_minute for name, account in settings.accounts.items() if account.calls_per_minute}
    budget = Budget(holds, SqlCallLimits(database), limits, monotonic_us)
    apis = connect_accounts(settings, budget, open_client)
    take_call = partial(budget.acquire, use=CallUse.OPERATOR)
    probe = Probe(holds, probes, SqlLocks(database), apis, take_call, budget.pause, random.random)
    return AccountCalls(limits, budget, apis, probes, probe)


def monotonic_us() -> int:
    """Return the microseconds of a clock that is never set. If possible, it counts while the machine is suspended."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1000


def context_of(account: AccountSettings, client: Client, observe: Callable[[Observation], None]) -> AccountContext:
    """Return the context of one account, which it needs besides its credentials; *observe* as in `AccountContext`."""
    return AccountContext(client, machine_now, account.timezone, observe, account.statuses)
