"""Cekat as a platform of the sandbox: its options, paths, methods and responses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from flask import Response

from deploy.sandbox import errors
from deploy.sandbox.cekat import responses
from deploy.sandbox.cekat.account import Account
from deploy.sandbox.cekat.fields import CREATION, CREATION_REQUIRED, UPDATE
from deploy.sandbox.cekat.listing import Page, parse_list_query
from deploy.sandbox.cekat.orders import CekatOrder
from deploy.sandbox.errors import ApiError
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.instants import UnixSeconds
from deploy.sandbox.options import Option
from deploy.sandbox.order_requests import CreateOrder, GetOrder, ListOrders, OrderRequest, UpdateOrder
from deploy.sandbox.orders import Order
from deploy.sandbox.parsing import parse_body, parse_query
from deploy.sandbox.rate_limit import RateLimitResult


@dataclass(frozen=True, slots=True)
class Cekat:
    """Cekat with one *account*. Successes have the *shape*."""

    account: Account
    shape: responses.Shape = responses.SHAPES["usual"]

    options: ClassVar[Mapping[str, Option]] = {
        "api_key": Option("The valid API key. Prefer SANDBOX_API_KEY."),
        "answers": Option("The documented shape of successes.", "usual", tuple(responses.SHAPES)),
    }
    calls_per_minute: ClassVar[int] = 60
    orders_path: ClassVar[str] = "/api/orders"
    order_type: ClassVar[type[Order]] = CekatOrder

    @classmethod
    def from_options(cls, values: Mapping[str, str], base_path: str | None) -> Self:
        account = Account(api_key=values["api_key"], base_path=base_path or "")
        return cls(account, responses.SHAPES[values["answers"]])

    @property
    def base_path(self) -> str:
        return self.account.base_path

    def authenticate(self, request: HttpRequest, now: UnixSeconds) -> None:  # noqa: ARG002 - a key does not expire
        self.account.authenticate(request)

    def parse(self, request: HttpRequest, order_id: str | None) -> OrderRequest:
        if order_id is not None:
            return _parse_order_call(request, order_id)
        if request.path != self.base_path + self.orders_path:
            raise errors.not_found()
        if request.method == "GET":
            query = parse_list_query(request.query)
            return ListOrders(lambda orders: self.shape.page(Page.select(query, orders)))
        if request.method == "POST":
            parse_query(request.query, {})
            return CreateOrder(parse_body(request, CREATION, CREATION_REQUIRED))
        raise errors.method_not_allowed()

    def order_response(self, order: Order, status: int, *, is_update: bool = False) -> Response:
        if not isinstance(order, CekatOrder):
            raise TypeError(order)
        return self.shape.order(responses.update_fields(order) if is_update else responses.order_fields(order), status)

    def error_response(self, error: ApiError, call_number: int) -> Response:  # noqa: ARG002 - its errors have no id
        return responses.failure(error)

    def rate_limit_headers(self, result: RateLimitResult) -> Mapping[str, str]:
        return result.retry_after()


def _parse_order_call(request: HttpRequest, order_id: str) -> OrderRequest:
    if request.method not in {"GET", "PUT"}:
        raise errors.method_not_allowed()
    parse_query(request.query, {})
    return GetOrder(order_id) if request.method == "GET" else UpdateOrder(order_id, parse_body(request, UPDATE))
