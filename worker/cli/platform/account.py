"""One account, opened for one command. Its calls keep to the account's budget."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from worker.cli.names import require_name
from worker.cli.platform.budget import CallBudget
from worker.cli.platform.forms import fill_filters, fill_new_order
from worker.cli.platform.options import option_name
from worker.domain.errors import IllegalRequest, Throttled, Transient
from worker.domain.text import clean_text
from worker.order_api.accounts import open_account as connect
from worker.order_api.clients import OrdersClient, Page, PlatformOrder
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import print_error
from worker.service.accounts import context_of, open_client
from worker.settings import AccountSettings, load_settings
from worker.store.database.database import Database


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account that can be called. Its methods raise `ApiError`s, and `IllegalRequest` before any call."""

    name: str
    settings: AccountSettings
    client: OrdersClient
    budget: CallBudget

    def pages(self, given: Mapping[str, object]) -> Iterator[Page]:
        """Yield the pages of the list that the filters *given*, as texts, describe."""
        pages = self.client.pages(fill_filters(self.client.filters, given, self.settings.platform))
        return self._within_budget(pages)

    def _within_budget(self, pages: Iterator[Page]) -> Iterator[Page]:
        is_last = False
        while not is_last:
            self.budget.await_call()
            page = next(pages, Page((), None, last=True))
            is_last = page.last
            yield page

    def show(self, text: str) -> PlatformOrder:
        """Return the order whose id is *text*."""
        try:
            order_id = PLATFORMS[self.settings.platform].read_order_id(text)
        except ValueError as error:
            raise IllegalRequest(f"“{clean_text(text)}” {error}{self._search_advice(text)}") from error
        self.budget.await_call()
        return self.client.show(order_id)

    def _search_advice(self, text: str) -> str:
        """Name the command that finds an order by its number, if *text* is a reference: here, only ids are known."""
        _, _, number = text.partition(":")
        command = self._list_command(f"--search={number}")
        return f"; to look for a number: {clean_text(command)}" if number else ""

    def create(self, given: Mapping[str, object]) -> PlatformOrder:
        """Create an order from the JSON values *given*, once. A `Transient` says how to find out whether it exists."""
        creation = self.client.creation
        if creation is None:
            raise IllegalRequest(f"{self.settings.platform} documents no way to create an order")
        order = fill_new_order(creation.form, given, self.settings.platform)
        self.budget.await_call()
        with self._warning_of_doubt(given):
            return creation.create(order)

    @contextmanager
    def _warning_of_doubt(self, given: Mapping[str, object]) -> Iterator[None]:
        """Say that the order may exist, when the block ends without an answer."""
        shared = {"customer_id"} & given.keys() & self.client.filters.model_fields.keys()
        command = self._list_command(*(f"{option_name(name)}={given[name]}" for name in shared))
        doubt = f"the order may have been created or not; before you try again, look: {command}"
        try:
            yield
        except Transient as error:
            raise Transient(f"{error}; {doubt}") from error
        except KeyboardInterrupt:
            print_error(doubt)
            raise

    def _list_command(self, *options: str) -> str:
        return shlex.join(["fulfillment", "platform", "orders", "list", f"--account={self.name}", *options])


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
        with open_client(account) as http:
            client = connect(account.credentials, context_of(account, http, budget.pause)).orders_client()
            yield OpenAccount(chosen, account, client, budget)
    except Throttled as error:
        if error.wait:
            budget.pause(error.wait, str(error))
        raise
    finally:
        database.close()


def split_order(order: str, account: str) -> tuple[str, str]:
    """Return the account, empty when none is named, and the id that *order* means: an id, or account/id."""
    named, slash, order_id = order.rpartition("/")
    if slash and account and named != account:
        raise IllegalRequest(f"{clean_text(order)} is not an order of {clean_text(account)}: name one account")
    return named or account, order_id


def _choose(name: str, accounts: Mapping[str, AccountSettings]) -> str:
    if name:
        require_name("account", name, accounts)
    elif len(accounts) > 1:
        raise IllegalRequest(f"there are several accounts: say --account and one of {', '.join(accounts)}")
    return name or next(iter(accounts))
