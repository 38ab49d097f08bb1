"""An account at its platform, opened for one command. Its calls stay within the account's call budget."""

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from worker.application.names import require_name
from worker.application.platform.budget import CallBudget
from worker.application.platform.client import open_orders_client
from worker.cli.local import runnable
from worker.cli.platform.forms import fill_filters, fill_new_order
from worker.cli.platform.options import option_name
from worker.domain.errors import IllegalRequest, Transient
from worker.domain.text import clean_text
from worker.order_api.clients import OrdersClient, Page, PlatformOrder
from worker.order_api.platforms import PLATFORMS
from worker.processes.exits import print_error
from worker.settings import AccountSettings, load_settings
from worker.store.database.database import Database


@dataclass(frozen=True, slots=True)
class PlatformAccount:
    """An account whose platform can be called.

    Its methods raise `IllegalRequest` before any call, and `ApiError` when a call fails or the account has to wait.
    """

    name: str
    settings: AccountSettings
    client: OrdersClient
    budget: CallBudget

    def pages(self, filters: Mapping[str, object]) -> Iterator[Page]:
        """Return the pages of the list of orders that match *filters*, which are texts by field. A page is one call."""
        pages = self.client.pages(fill_filters(self.client.filters, filters, self.settings.platform))
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
        """Return advice on a *text* that is no id: for `number:…`, the command that finds the order."""
        _, _, number = text.partition(":")
        command = self._list_command(f"--search={number}")
        return f"; to look for a number: {clean_text(command)}" if number else ""

    def create(self, values: Mapping[str, object]) -> PlatformOrder:
        """Create an order from JSON *values* by field. The call is sent once.

        If no answer comes, the message of the `Transient` has a command that shows whether the order exists.
        """
        creation = self.client.creation
        if creation is None:
            raise IllegalRequest(f"{self.settings.platform} documents no way to create an order")
        order = fill_new_order(creation.form, values, self.settings.platform)
        self.budget.await_call()
        with self._warn_if_unanswered(values):
            return creation.create(order)

    @contextmanager
    def _warn_if_unanswered(self, values: Mapping[str, object]) -> Iterator[None]:
        """Add to the message that the order may exist, if the block ends without an answer."""
        filters = {"customer_id"} & values.keys() & self.client.filters.model_fields.keys()
        command = self._list_command(*(f"{option_name(name)}={values[name]}" for name in filters))
        warning = f"the order may have been created or not; before you try again, look: {command}"
        try:
            yield
        except Transient as error:
            raise Transient(f"{error}; {warning}") from error
        except KeyboardInterrupt:
            print_error(runnable(warning))
            raise

    def _list_command(self, *options: str) -> str:
        return shlex.join(["fulfillment", "platform", "orders", "list", f"--account={self.name}", *options])


@contextmanager
def open_account(name: str) -> Iterator[PlatformAccount]:
    """Open the account *name*, by default the only one, for the length of the block. Nothing is sent yet.

    Raises `SettingsError`, and `IllegalRequest` if *name* is empty and there are several accounts.
    """
    settings = load_settings(os.environ)
    account_name = _choose(name, settings.accounts)
    account = settings.accounts[account_name]
    database = Database(settings.database_url.get_secret_value(), connections=1)
    try:
        with open_orders_client(database, account_name, account) as (client, budget):
            yield PlatformAccount(account_name, account, client, budget)
    finally:
        database.close()


def split_order(order: str, account: str) -> tuple[str, str]:
    """Return the account and the id of *order*, which is an id or account/id. The account may be empty.

    *account* is the value of `--account`, which may be empty. Raises `IllegalRequest` if *order* has another account.
    """
    prefix, slash, order_id = order.rpartition("/")
    if slash and account and prefix != account:
        raise IllegalRequest(f"{clean_text(order)} is not an order of {clean_text(account)}: name one account")
    return prefix or account, order_id


def _choose(name: str, accounts: Mapping[str, AccountSettings]) -> str:
    if name:
        require_name("account", name, accounts)
    elif len(accounts) > 1:
        raise IllegalRequest(f"there are several accounts: give --account one of {', '.join(accounts)}")
    return name or next(iter(accounts))
