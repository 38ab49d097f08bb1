"""A platform, as its own people see it: the sandbox's control API, beside the order API that the worker calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.script import Placed
from worker.cli.demo.shops import Shop
from worker.domain.orders import OrderKey

TIMEOUT = 10.0
NO_CALLS = 10**9
"""A report since this call has all but the calls."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one platform tells of itself: the objects of the sandbox's README, as they came."""

    orders: Mapping[OrderKey, Mapping[str, Any]]
    transitions: Sequence[Mapping[str, Any]]
    calls: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any]


class Platform:
    """Calls the control API of *shop*, at *url*; every method raises `DemoFailed` when it does not do what is asked."""

    def __init__(self, shop: Shop, url: str) -> None:
        self.shop = shop
        self._http = httpx.Client(base_url=f"{url}/_sandbox", timeout=TIMEOUT, trust_env=False)

    def create(self, order_id: str, placed: Placed) -> None:
        """Let a customer place an order."""
        idiom = self.shop.idiom
        self._ask("POST", "/orders", {"id": idiom.spell(order_id), **idiom.new_order(placed)})

    def change(self, order_id: str, **fields: object) -> None:
        """Change an order as the merchant does on the platform's own pages."""
        self._ask("PATCH", f"/orders/{order_id}", fields)

    def order_trouble(self, order_id: str, match: Mapping[str, str], fault: Mapping[str, object]) -> None:
        """Let the order API fail as *fault* says, at those calls for the order that *match*."""
        self._ask("POST", "/faults", {**fault, "match": {**match, "order_id": order_id}})

    def troubles_left(self) -> int:
        """Count the faults that no call has met yet."""
        return len(self._ask("GET", "/faults"))

    def report(self, *, with_calls: bool = False) -> Report:
        """Read every order and every transition, and, if asked, every call."""
        told = self._ask("GET", f"/report?since={0 if with_calls else NO_CALLS}")
        orders = {OrderKey(self.shop.account, str(order["id"])): order for order in told["orders"]}
        return Report(orders, told["transitions"], told["calls"], told["totals"])

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def _ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = self._http.request(method, path, json=body)
            answer.raise_for_status()
            return answer.json() if answer.content else None
        except (httpx.HTTPError, ValueError) as error:
            name = self.shop.sandbox
            raise DemoFailed(f"The {name} did not do what it was asked ({method} {path}): {error}.") from error
