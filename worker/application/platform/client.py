"""A client of the orders of one account, whose calls stay within the account's call budget."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from worker.application.platform.budget import CallBudget
from worker.domain.errors import Throttled
from worker.order_api.accounts import open_account
from worker.order_api.clients import OrdersClient
from worker.processes.exits import print_error
from worker.service.accounts import context_of, open_client
from worker.settings import AccountSettings
from worker.store.database.database import Database


@contextmanager
def open_orders_client(
    database: Database, name: str, account: AccountSettings, tell: Callable[[str], None] = print_error
) -> Iterator[tuple[OrdersClient, CallBudget]]:
    """Open a client for the account *name*, for the length of the block. Nothing is sent yet. *tell*: see `CallBudget`.

    Each call needs a call of the budget. If the platform asks for a pause, the account pauses, and `Throttled` goes on.
    """
    budget = CallBudget(database, name, account.calls_per_minute, tell=tell)
    try:
        with open_client(account) as http:
            yield open_account(account.credentials, context_of(account, http, budget.observe)).orders_client(), budget
    except Throttled as error:
        if error.wait:
            budget.pause(error.wait, str(error))
        raise
