"""The port behind which the platforms differ: one account at one vendor's order API."""

from collections.abc import Mapping
from typing import ClassVar, Protocol, Self

from flask import Response

from deploy.sandbox.asking import Asked
from deploy.sandbox.incoming import Incoming
from deploy.sandbox.options import Option
from deploy.sandbox.orders import Order
from deploy.sandbox.rate_limit import Allowance
from deploy.sandbox.refusals import Refusal


class Platform(Protocol):
    """A simulated platform, as its one account sees it.

    *options* are what the command line must tell of the account. *orders* is the kind of its orders; they are found
    at *base_path* + *collection*, and below it by id. *calls_a_minute* is the documented rate limit.
    """

    options: ClassVar[Mapping[str, Option]]
    calls_a_minute: ClassVar[int]
    collection: ClassVar[str]
    orders: ClassVar[type[Order]]

    @classmethod
    def open(cls, told: Mapping[str, str], base_path: str | None) -> Self:
        """Open the account of which *told* has every option; *base_path* None: the platform's own."""

    @property
    def base_path(self) -> str:
        """The path of the base URL, such as `/api/v1`, or empty."""

    def authenticate(self, incoming: Incoming, now: float) -> None:
        """Raise Refusal unless *incoming* is the account's own at *now* (unix)."""

    def understand(self, incoming: Incoming, order_id: str | None) -> Asked:
        """Read path, method, query and body; raise Refusal for what is not documented.

        *order_id* is the unchecked text below the collection, None for any other path.
        """

    def answer(self, order: Order, status: int) -> Response:
        """Answer *status*, a success, about one order."""

    def refuse(self, refused: Refusal, call: int) -> Response:
        """Answer with the error envelope; *call* is the number of the call, 0: none."""

    def announce(self, allowance: Allowance) -> Mapping[str, str]:
        """Give the headers that tell a client how many calls it has left."""
