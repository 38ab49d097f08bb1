"""Naming: which order a text of an operator's means. What it cannot mean is an `IllegalRequest`."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.text import clean_text
from worker.operations.store import OperatorStore

# An order's number may hold slashes itself. What any platform may take for an id, each narrows down.
_ORDER = re.compile("(?:(?P<account>[^/:]*)/)?(?P<order>[A-Za-z0-9_-]{1,64}|(?:number|tracking):.{1,64})")


@dataclass(frozen=True, slots=True)
class Naming:
    """Finds the order that `account/id` means, or an id that only one account can mean.

    In place of the id may stand `number:` and what people call the order, or `tracking:` and the number of a parcel.
    *read_order_id*, by account, returns the id that a text means at that account's platform, or raises ValueError.
    """

    store: OperatorStore
    read_order_id: Mapping[str, Callable[[object], str]]

    def __call__(self, text: str) -> OrderKey:
        """Return the order that *text* means; it need not exist."""
        found = _ORDER.fullmatch(text)
        if not found or not text.isprintable():
            raise IllegalRequest(
                f"“{clean_text(text)}” is not an order: say its id, account/id, number:… or tracking:…"
            )
        account, order_id = found["account"], found["order"]
        key = self._read(self._only_account(order_id) if account is None else account, order_id)
        return self._followed(key) if key.reference else key

    def _only_account(self, order_id: str) -> str:
        accounts = self._knowing(order_id) or self._allowing(order_id)
        if len(accounts) == 1:
            return accounts[0]
        choice = " or ".join(f"{account}/{order_id}" for account in accounts)
        raise IllegalRequest(f"several accounts may mean this order: say {choice}")

    def _knowing(self, order_id: str) -> list[str]:
        """Name the accounts that have such an order, or one that is known by such a reference."""
        keys = [OrderKey(account, order_id) for account in self.read_order_id]
        found = {key.account for key in keys if key.reference and self.store.known_as(key)}
        return sorted(found.union(self.store.accounts_with(order_id)))

    def _allowing(self, order_id: str) -> list[str]:
        """Name the accounts whose platforms may have such an order; where none may, one, to say what it takes."""
        accounts = sorted(self.read_order_id)
        return [account for account in accounts if self._may_have(account, order_id)] or accounts[:1]

    def _may_have(self, account: str, order_id: str) -> bool:
        with suppress(IllegalRequest):
            return bool(self._read(account, order_id))
        return False

    def _read(self, account: str, order_id: str) -> OrderKey:
        read, key = self.read_order_id.get(account), OrderKey(account, order_id)
        if read is None:
            known = account in self.store.accounts_with(order_id)
            if known:  # its account has left the settings, its orders have not left the journal
                return key
            raise IllegalRequest(f"the settings name no account “{clean_text(account)}”")
        try:
            return key if key.reference else OrderKey(account, read(order_id))
        except ValueError as error:
            raise IllegalRequest(f"“{order_id}” {error}") from error

    def _followed(self, key: OrderKey) -> OrderKey:
        """Return the order to which a reference has led, or the reference itself while it is looked for."""
        ids = [] if self.store.snapshot(key) else self.store.known_as(key)
        if len(ids) > 1:
            choice = " or ".join(f"{key.account}/{order_id}" for order_id in ids)
            raise IllegalRequest(f"several orders are known by {key.order_id}: say {choice}")
        return OrderKey(key.account, ids[0]) if ids else key
