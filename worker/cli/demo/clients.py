"""Two HTTP clients: one for the control API of a shop's sandbox, and one that posts webhooks to the receiver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from webhook_receiver.requests import Request
from worker.cli.demo.errors import DemoFailed
from worker.cli.demo.script import NewOrder
from worker.cli.demo.shops import Shop
from worker.domain.orders import OrderKey

TIMEOUT_SECONDS = 10.0
AFTER_ALL_CALLS = 10**9
"""A call number that no call has: a report of the calls after it has no calls."""


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one sandbox. The sandbox's README describes the objects in it."""

    orders: Mapping[OrderKey, Mapping[str, Any]]
    transitions: Sequence[Mapping[str, Any]]
    calls: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any]


class SandboxClient:
    """Calls the control API of *shop*'s sandbox at *url*. Every method raises `DemoFailed` when its call fails."""

    def __init__(self, shop: Shop, url: str) -> None:
        self.shop = shop
        self._http = httpx.Client(base_url=f"{url}/_sandbox", timeout=TIMEOUT_SECONDS, trust_env=False)

    def create(self, order_id: str, new_order: NewOrder) -> None:
        """Create an order, as a customer does."""
        platform = self.shop.platform
        self._call("POST", "/orders", {"id": platform.encode_id(order_id), **platform.fields_of(new_order)})

    def change(self, order_id: str, **fields: object) -> None:
        """Change an order, as the merchant does on the platform's own pages."""
        self._call("PATCH", f"/orders/{order_id}", fields)

    def inject_fault(self, order_id: str, match: Mapping[str, str], fault: Mapping[str, object]) -> None:
        """Inject *fault* into the calls for the order that have the properties in *match*."""
        self._call("POST", "/faults", {**fault, "match": {**match, "order_id": order_id}})

    def unused_faults(self) -> int:
        """Return the number of faults that can still happen."""
        return len(self._call("GET", "/faults"))

    def report(self, *, with_calls: bool = False) -> Report:
        """Return all orders, transitions and totals; *with_calls*: and all calls."""
        report = self._call("GET", f"/report?since={0 if with_calls else AFTER_ALL_CALLS}")
        orders = {OrderKey(self.shop.account, str(order["id"])): order for order in report["orders"]}
        return Report(orders, report["transitions"], report["calls"], report["totals"])

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def _call(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - JSON
        try:
            response = self._http.request(method, path, json=body)
            response.raise_for_status()
            return response.json() if response.content else None
        except (httpx.HTTPError, ValueError) as error:
            raise DemoFailed(f"The {self.shop.sandbox} did not answer {method} {path}: {error}.") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """The receiver's reply to one sender. *outcome* is a word for it: `accepted`, `duplicate`, `refused` and so on."""

    source: str
    status: int
    outcome: str
    delivery_id: int | None = None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the reply is 2xx, which means that the event is in the database."""
        return self.status in range(200, 300)


class WebhookClient:
    """Posts webhooks to the receiver at *url*. It keeps all *replies*."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)
        self.replies: list[Reply] = []

    def post(self, source: str, request: Request) -> Reply:
        """Post the request of *source* and return the reply. Raises `DemoFailed` when there is none."""
        reply = _reply(source, self._send(request))
        self.replies.append(reply)
        return reply

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def _send(self, request: Request) -> httpx.Response:
        try:
            return self._http.request(
                request.method, request.target.decode(), content=request.body, headers=dict(request.headers)
            )
        except httpx.HTTPError as error:
            reason = f"{error!s:.200} ({type(error).__name__})"
            raise DemoFailed(f"The receiver did not answer a sender: {reason}.") from error


def _reply(source: str, response: httpx.Response) -> Reply:
    try:
        document = response.json()
    except ValueError as error:
        raise DemoFailed(f"The receiver's reply is not JSON; its status is {response.status_code}.") from error
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return Reply(source, response.status_code, "stale" if document["reason"] == "stale" else "refused")
    if response.is_success:
        return Reply(source, response.status_code, document["status"], document.get("delivery_id"))
    return Reply(source, response.status_code, document["reason"])
