"""awalchat as a platform of the sandbox: its options, paths, methods and responses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

from flask import Response

from deploy.sandbox import errors
from deploy.sandbox.awalchat import responses
from deploy.sandbox.awalchat.account import Account
from deploy.sandbox.awalchat.fields import UPDATE
from deploy.sandbox.awalchat.listing import ListQuery, check_order_query, parse_list_query
from deploy.sandbox.awalchat.orders import AwalchatOrder
from deploy.sandbox.errors import ApiError
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.instants import UnixSeconds
from deploy.sandbox.options import Option
from deploy.sandbox.order_requests import GetOrder, ListOrders, OrderRequest, UpdateOrder
from deploy.sandbox.orders import Order
from deploy.sandbox.parsing import parse_body
from deploy.sandbox.rate_limit import RateLimitResult


@dataclass(frozen=True, slots=True)
class Awalchat:
    """awalchat with one *account*."""

    account: Account

    options: ClassVar[Mapping[str, Option]] = {
        "domain": Option("The valid X-Domain."),
        "client_id": Option("The valid X-Client-ID."),
        "hmac_secret": Option("The secret of signatures. Prefer SANDBOX_HMAC_SECRET."),
        "phone_number_id": Option("The valid phone_number_id."),
        "signed_path": Option("The part of the path that is signed.", "full", ("full", "after_base_url")),
    }
    calls_per_minute: ClassVar[int] = 200
    orders_path: ClassVar[str] = "/orders"
    order_type: ClassVar[type[Order]] = AwalchatOrder

    @classmethod
    def from_options(cls, values: Mapping[str, str], base_path: str | None) -> Self:
        account = Account(
            domain=values["domain"],
            client_id=values["client_id"],
            phone_number_id=values["phone_number_id"],
            hmac_secret=values["hmac_secret"],
            base_path="/api/v1" if base_path is None else base_path,
            signs_full_path=values["signed_path"] == "full",
        )
        return cls(account)

    @property
    def base_path(self) -> str:
        return self.account.base_path

    def authenticate(self, request: HttpRequest, now: UnixSeconds) -> None:
        self.account.authenticate(request, now)

    def parse(self, request: HttpRequest, order_id: str | None) -> OrderRequest:
        phone_number_id = self.account.phone_number_id
        if order_id is None:
            if (request.method, request.path) != ("GET", self.base_path + self.orders_path):
                raise errors.not_found()
            return ListOrders(partial(_list_response, parse_list_query(request.query, phone_number_id)))
        if request.method not in {"GET", "PUT"}:
            raise errors.method_not_allowed()
        check_order_query(request.query, phone_number_id)
        return GetOrder(order_id) if request.method == "GET" else UpdateOrder(order_id, parse_body(request, UPDATE))

    def order_response(self, order: Order, status: int, *, is_update: bool = False) -> Response:  # noqa: ARG002 - the same fields
        return responses.success(status, data=order.client_fields())

    def error_response(self, error: ApiError, call_number: int) -> Response:
        return responses.failure(error, f"req-{call_number:06d}")

    def rate_limit_headers(self, result: RateLimitResult) -> Mapping[str, str]:
        return responses.limit_headers(result)


def _list_response(query: ListQuery, orders: Sequence[AwalchatOrder]) -> Response:
    matches = [order for order in orders if query.matches(order)]
    start = (query.page - 1) * query.limit
    meta = {
        "current_page": query.page,
        "per_page": query.limit,
        "total": len(matches),
        "last_page": max(1, -(-len(matches) // query.limit)),
    }
    return responses.success(data=[order.client_fields() for order in matches[start : start + query.limit]], meta=meta)
