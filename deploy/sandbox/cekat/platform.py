"""Cekat's side of the port: one account there, its paths and methods, its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from flask import Response

from deploy.sandbox import refusals
from deploy.sandbox.asking import Asked, Creation, Search, Show, Update
from deploy.sandbox.cekat import answers
from deploy.sandbox.cekat.account import Account
from deploy.sandbox.cekat.fields import CREATION, CREATION_REQUIRED, UPDATE
from deploy.sandbox.cekat.listing import Page, read_listing
from deploy.sandbox.cekat.orders import CekatOrder
from deploy.sandbox.incoming import Incoming
from deploy.sandbox.options import Option
from deploy.sandbox.orders import Order
from deploy.sandbox.rate_limit import Allowance
from deploy.sandbox.reading import read_fields, read_query
from deploy.sandbox.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Cekat:
    """Cekat as *account* sees it, its successes in *shape*."""

    account: Account
    shape: answers.Shape = answers.SHAPES["usual"]

    options: ClassVar[Mapping[str, Option]] = {
        "api_key": Option("The key it accepts. Better given as SANDBOX_API_KEY."),
        "answers": Option("Which of the two documented shapes answers have.", "usual", tuple(answers.SHAPES)),
    }
    calls_a_minute: ClassVar[int] = 60
    collection: ClassVar[str] = "/api/orders"
    orders: ClassVar[type[Order]] = CekatOrder

    @classmethod
    def open(cls, told: Mapping[str, str], base_path: str | None) -> Self:
        return cls(Account(api_key=told["api_key"], base_path=base_path or ""), answers.SHAPES[told["answers"]])

    @property
    def base_path(self) -> str:
        return self.account.base_path

    def authenticate(self, incoming: Incoming, now: float) -> None:  # noqa: ARG002 - a bearer has no date
        self.account.authenticate(incoming)

    def understand(self, incoming: Incoming, order_id: str | None) -> Asked:
        if order_id is not None:
            return _understand_one(incoming, order_id)
        if incoming.path != self.base_path + self.collection:
            raise refusals.not_found()
        if incoming.method == "GET":
            listing = read_listing(incoming.query)
            return Search(lambda orders: self.shape.page(Page.of(listing, orders)))
        if incoming.method == "POST":
            read_query(incoming.query, {})
            return Creation(read_fields(incoming, CREATION, CREATION_REQUIRED))
        raise refusals.method_not_allowed()

    def answer(self, order: Order, status: int) -> Response:
        return self.shape.one(order.shown(), status)

    def refuse(self, refused: Refusal, call: int) -> Response:  # noqa: ARG002 - its errors do not number calls
        return answers.refusal(refused)

    def announce(self, allowance: Allowance) -> Mapping[str, str]:
        return allowance.retry_after()


def _understand_one(incoming: Incoming, order_id: str) -> Asked:
    if incoming.method not in {"GET", "PUT"}:
        raise refusals.method_not_allowed()
    read_query(incoming.query, {})
    return Show(order_id) if incoming.method == "GET" else Update(order_id, read_fields(incoming, UPDATE))
