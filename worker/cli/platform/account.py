"""One account, opened for one command: its order book, called within its budget."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from worker.cli.context import require_known
from worker.cli.platform.budget import CallBudget
from worker.cli.platform.forms import filters, new_order
from worker.cli.platform.options import spelled
from worker.domain.errors import IllegalRequest, Throttled, Transient
from worker.domain.text import clean_text
from worker.order_api import connections
from worker.order_api.clients import OrdersClient, Page, PlatformOrder
from worker.order_api.http.client import Client, Timeouts
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import print_error
from worker.service.accounts import context_of
from worker.settings import AccountSettings, load_settings
from worker.store.database.database import Database


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account that can be called. All methods raise `ApiError`s, and `IllegalRequest` before any call."""

    name: str
    settings: AccountSettings
    book: OrdersClient
    budget: CallBudget

    def pages(self, given: Mapping[str, object]) -> Iterator[Page]:
        """Yield the pages of the list that the texts *given* ask for."""
        pages = self.book.pages(filters(self.book.filters, given, self.settings.platform))
        return self._within_budget(pages)

    def _within_budget(self, pages: Iterator[Page]) -> Iterator[Page]:
        last = False
        while not last:
            self.budget.await_call()
            page = next(pages, Page((), None, last=True))
            last = page.last
            yield page

    def show(self, text: str) -> PlatformOrder:
        """Return the order whose id is *text*."""
        try:
            order_id = PLATFORMS[self.settings.platform].read_order_id(text)
        except ValueError as error:
            raise IllegalRequest(f"“{clean_text(text)}” {error}{self._elsewhere(text)}") from error
        self.budget.await_call()
        return self.book.show(order_id)

    def _elsewhere(self, text: str) -> str:
        """Name the command that finds an order by what stands in place of an id in the commands for the journal."""
        _, _, number = text.partition(":")
        look = shlex.join(["fulfillment", "platform", "orders", "list", f"--account={self.name}", f"--search={number}"])
        return f"; to look for a number: {clean_text(look)}" if number else ""

    def create(self, given: Mapping[str, object]) -> PlatformOrder:
        """Create an order from the JSON values *given*, once; a `Transient` says how to find out what came of it."""
        creation = self.book.creation
        if creation is None:
            raise IllegalRequest(f"{self.settings.platform} documents no way to create an order")
        order = new_order(creation.form, given, self.settings.platform)
        self.budget.await_call()
        with self._in_doubt(given):
            return creation.create(order)

    @contextmanager
    def _in_doubt(self, given: Mapping[str, object]) -> Iterator[None]:
        """Let whoever has no answer know that the order may be there."""
        shared = {"customer_id"} & given.keys() & self.book.filters.model_fields.keys()
        asked = [f"{spelled(name)}={given[name]}" for name in shared]
        look = shlex.join(["fulfillment", "platform", "orders", "list", f"--account={self.name}", *asked])
        doubt = f"the order may have been created or not; before you try again, look: {look}"
        try:
            yield
        except Transient as error:
            raise Transient(f"{error}; {doubt}") from error
        except KeyboardInterrupt:
            print_error(doubt)
            raise


@contextmanager
def open_account(name: str) -> Iterator[OpenAccount]:
    """Open the account *name*, by default the only one, for the length of the block. Nothing is sent yet.

    Raises `SettingsError`, and `IllegalRequest` when it is not clear which account is meant.
    """
    settings = load_settings(os.environ)
    chosen = _choose(name, settings.accounts)
    account = settings.accounts[chosen]
    database = Database(settings.database_url.get_secret_value(), connections=1)
    budget = CallBudget(database, chosen, account.calls_per_minute)
    try:
        with Client(Timeouts().within(account.call_deadline)) as client:
            context = context_of(account, client, budget.exhausted)
            client_of_orders = connections.open_account(account.credentials, context).orders_client()
            yield OpenAccount(chosen, account, client_of_orders, budget)
    except Throttled as error:
        if error.wait:
            budget.exhausted(error.wait, str(error))
        raise
    finally:
        database.close()


def find_order(order: str, account: str) -> tuple[str, str]:
    """Return the account, empty when none is named, and the id that *order* means: an id, or account/id."""
    named, slash, order_id = order.rpartition("/")
    if slash and account and named != account:
        raise IllegalRequest(f"{clean_text(order)} is not an order of {clean_text(account)}: name one account")
    return named or account, order_id


def _choose(name: str, accounts: Mapping[str, AccountSettings]) -> str:
    if name:
        require_known("account", name, accounts)
    elif len(accounts) > 1:
        raise IllegalRequest(f"there are several accounts: say --account and one of {', '.join(accounts)}")
    return name or next(iter(accounts))
