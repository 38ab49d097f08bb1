"""The interface of a platform: one account at the order API of one vendor."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, Self

from flask import Response

from deploy.sandbox.errors import ApiError
from deploy.sandbox.http_request import HttpRequest
from deploy.sandbox.instants import UnixSeconds
from deploy.sandbox.options import Option
from deploy.sandbox.order_requests import OrderRequest
from deploy.sandbox.orders import Order
from deploy.sandbox.rate_limit import RateLimitResult


class Platform(Protocol):
    """A simulated platform with one account.

    *options* are the command-line options that describe the account.
    *calls_per_minute* is the documented rate limit.
    Lists of orders are at *base_path* + *orders_path*, an order at this path + `/` + its id.
    """

    options: ClassVar[Mapping[str, Option]]
    calls_per_minute: ClassVar[int]
    orders_path: ClassVar[str]
    order_type: ClassVar[type[Order]]

    @classmethod
    def from_options(cls, values: Mapping[str, str], base_path: str | None) -> Self:
        """Return the platform for the *values* of all its options. *base_path* None: the default."""

    @property
    def base_path(self) -> str:
        """The path of the base URL, such as `/api/v1`, or empty."""

    def authenticate(self, request: HttpRequest, now: UnixSeconds) -> None:
        """Raise ApiError unless *request* has the account's credentials and is valid at *now*."""

    def parse(self, request: HttpRequest, order_id: str | None) -> OrderRequest:
        """Parse path, method, query and body; raise ApiError for anything that is not documented.

        *order_id* is the unchecked text after the path of the orders; None for any other path.
        """

    def order_response(self, order: Order, status: int, *, is_update: bool = False) -> Response:
        """Return the response with *order* and the HTTP status *status* of a success; *is_update*: to an update."""

    def error_response(self, error: ApiError, call_number: int) -> Response:
        """Return *error* in the platform's format. *call_number* is 0 if the call is not in the call log."""

    def rate_limit_headers(self, result: RateLimitResult) -> Mapping[str, str]:
        """Return the headers that tell a client about its rate limit."""
