"""Naming: which order an operator's text means."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.text import clean_text
from worker.operations.store import OperatorStore

# The number of an order may have slashes. The pattern allows the id of any platform; the account's reader narrows it.
_ORDER = re.compile("(?:(?P<account>[^/:]*)/)?(?P<order>[A-Za-z0-9_-]{1,64}|(?:number|tracking):.{1,64})")

OrderIdReader: TypeAlias = Callable[[object], str]
"""Returns the order id that a text means at one platform, or raises ValueError."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Finds the order that `account/id` means, or an id that only one account can mean.

    The id may be replaced by `number:` and the order's number, or by `tracking:` and the tracking number of a parcel.
    *read_order_id* is by account.
    """

    store: OperatorStore
    read_order_id: Mapping[str, OrderIdReader]

    def find(self, text: str) -> OrderKey:
        """Return the order that *text* means; the database need not know it.

        Raises `IllegalRequest` when *text* cannot be an order, or may mean several.
        """
        match = _ORDER.fullmatch(text)
        if not match or not text.isprintable():
            raise IllegalRequest(
                f"“{clean_text(text)}” is not an order: say its id, account/id, number:… or tracking:…"
            )
        account, order_id = match["account"], match["order"]
        key = self._read(self._only_account(order_id) if account is None else account, order_id)
        return self._follow(key) if key.reference else key

    def _only_account(self, order_id: str) -> str:
        accounts = self._accounts_that_know(order_id) or self._accounts_that_allow(order_id)
        if len(accounts) == 1:
            return accounts[0]
        choice = " or ".join(f"{account}/{order_id}" for account in accounts)
        raise IllegalRequest(f"several accounts may have this order: say {choice}")

    def _accounts_that_know(self, order_id: str) -> list[str]:
        """Return the accounts that have this order, this reference, or an order known by this reference."""
        keys = [OrderKey(account, order_id) for account in self.read_order_id]
        by_reference = {key.account for key in keys if key.reference and self.store.known_as(key)}
        return sorted(by_reference.union(self.store.accounts_with(order_id)))

    def _accounts_that_allow(self, order_id: str) -> list[str]:
        """Return the accounts whose platform could have this id; if none could, one whose reader says what it takes."""
        accounts = sorted(self.read_order_id)
        return [account for account in accounts if self._could_have(account, order_id)] or accounts[:1]

    def _could_have(self, account: str, order_id: str) -> bool:
        with suppress(IllegalRequest):
            return bool(self._read(account, order_id))
        return False

    def _read(self, account: str, order_id: str) -> OrderKey:
        read, key = self.read_order_id.get(account), OrderKey(account, order_id)
        if read is None:
            # The settings may have lost an account whose orders are still in the database.
            if account in self.store.accounts_with(order_id):
                return key
            raise IllegalRequest(f"the settings name no account “{clean_text(account)}”")
        try:
            return key if key.reference else OrderKey(account, read(order_id))
        except ValueError as error:
            raise IllegalRequest(f"“{order_id}” {error}") from error

    def _follow(self, key: OrderKey) -> OrderKey:
        """Return the order to which a reference has led, or the reference while the search for it goes on."""
        ids = [] if self.store.snapshot(key) else self.store.known_as(key)
        if len(ids) > 1:
            choice = " or ".join(f"{key.account}/{order_id}" for order_id in ids)
            raise IllegalRequest(f"several orders are known by {key.order_id}: say {choice}")
        return OrderKey(key.account, ids[0]) if ids else key
