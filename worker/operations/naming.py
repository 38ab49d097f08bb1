"""Finds the order that an operator's text means."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.text import clean_text, is_printable
from worker.operations.store import OperatorStore

# A number may have slashes. This pattern allows the ids of all platforms; the account's reader checks the id.
_ORDER = re.compile(
    "(?:(?P<account>[^/:]*)/)?(?P<order>[A-Za-z0-9_-]{1,64}|(?:number|tracking|shipment)(?:@[a-z0-9_]{1,64})?:.{1,64})"
)

OrderIdReader: TypeAlias = Callable[[object], str]
"""Returns the order id that a text means at one platform, or raises ValueError."""


@dataclass(frozen=True, slots=True)
class OrderFinder:
    """Finds the order for `account/id`. The account can be omitted if only one account can have the id.

    Instead of an id, the text can have `number:` and the order's number, `tracking:` and a parcel's tracking number, or
    `shipment:` and the courier's own id of a shipment. A name of a source that may report only its own orders has the
    source in it: `tracking@fastbox:`; the source can be omitted if only one has given this name.
    *read_order_id* is by account.
    """

    store: OperatorStore
    read_order_id: Mapping[str, OrderIdReader]

    def find(self, text: str) -> OrderKey:
        """Return the order that *text* means. The database need not have it.

        Raises `IllegalRequest` when *text* does not name an order, or may mean several orders.
        """
        match = _ORDER.fullmatch(text)
        if not match or not is_printable(text):
            raise IllegalRequest(
                f"“{clean_text(text)}” is not an order: say its id, account/id, number:…, tracking:… or shipment:…"
            )
        account, order_id = match["account"], match["order"]
        key = self._read(self._only_account(order_id) if account is None else account, order_id)
        return self._follow(key) if key.reference else key

    def _only_account(self, order_id: str) -> str:
        known = self._accounts_that_know(order_id)
        accounts = known or self._accounts_that_allow(order_id)
        if len(accounts) == 1:
            return accounts[0]
        choice = " or ".join(f"{account}/{order_id}" for account in accounts)
        if known:
            raise IllegalRequest(f"several accounts have this order: say {choice}")
        raise IllegalRequest(f"the database knows no order {order_id}; for a new one, say {choice}")

    def _accounts_that_know(self, order_id: str) -> list[str]:
        """Return the accounts in which the database has this order, this reference, or an order with this reference."""
        keys = [OrderKey(account, order_id) for account in self.read_order_id]
        by_reference = {key.account for key in keys if key.reference and (self.store.known_as(key) or self._named(key))}
        return sorted(by_reference.union(self.store.accounts_with(order_id)))

    def _accounts_that_allow(self, order_id: str) -> list[str]:
        """Return the accounts whose platform has ids of this form; else any account, whose error explains the form."""
        accounts = sorted(self.read_order_id)
        return [account for account in accounts if self._could_have(account, order_id)] or accounts[:1]

    def _could_have(self, account: str, order_id: str) -> bool:
        with suppress(IllegalRequest):
            return bool(self._read(account, order_id))
        return False

    def _read(self, account: str, order_id: str) -> OrderKey:
        read, key = self.read_order_id.get(account), OrderKey(account, order_id)
        if read is None:
            # The database can have orders of an account that is no longer in the settings.
            if account in self.store.accounts_with(order_id):
                return key
            raise IllegalRequest(f"the settings name no account “{clean_text(account)}”")
        try:
            return key if key.reference else OrderKey(account, read(order_id))
        except ValueError as error:
            raise IllegalRequest(f"“{order_id}” {error}") from error

    def _follow(self, key: OrderKey) -> OrderKey:
        """Return the order that was found for a reference, or the reference itself while the search goes on."""
        ids = [] if self.store.snapshot(key) else self.store.known_as(key) or self._named(key)
        if len(ids) > 1:
            choice = " or ".join(f"{key.account}/{order_id}" for order_id in ids)
            raise IllegalRequest(f"several orders are known by {key.order_id}: say {choice}")
        return OrderKey(key.account, ids[0]) if ids else key

    def _named(self, key: OrderKey) -> list[str]:
        """Return the references in which restricted sources have given the name *key*, if that has no source."""
        return self.store.references_named(key) if key.reference and not key.reference.source else []
