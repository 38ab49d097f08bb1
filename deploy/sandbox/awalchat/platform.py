"""awalchat's side of the port: one account there, its paths and methods, its answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

from flask import Response

from deploy.sandbox import refusals
from deploy.sandbox.asking import Asked, Search, Show, Update
from deploy.sandbox.awalchat import answers
from deploy.sandbox.awalchat.account import Account
from deploy.sandbox.awalchat.forms import UPDATE, Listing, check_single, read_listing
from deploy.sandbox.awalchat.orders import AwalchatOrder
from deploy.sandbox.incoming import Incoming
from deploy.sandbox.options import Option
from deploy.sandbox.orders import Order
from deploy.sandbox.rate_limit import Allowance
from deploy.sandbox.reading import read_fields
from deploy.sandbox.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Awalchat:
    """awalchat as *account* sees it."""

    account: Account

    options: ClassVar[Mapping[str, Option]] = {
        "domain": Option("The X-Domain it accepts."),
        "client_id": Option("The X-Client-ID it accepts."),
        "hmac_secret": Option("Better given as SANDBOX_HMAC_SECRET."),
        "phone_number_id": Option("The phone_number_id it accepts."),
        "signed_path": Option("What of the path is signed.", "full", ("full", "after_base_url")),
    }
    calls_a_minute: ClassVar[int] = 200
    collection: ClassVar[str] = "/orders"
    orders: ClassVar[type[Order]] = AwalchatOrder

    @classmethod
    def open(cls, told: Mapping[str, str], base_path: str | None) -> Self:
        account = Account(
            domain=told["domain"],
            client_id=told["client_id"],
            phone_number_id=told["phone_number_id"],
            hmac_secret=told["hmac_secret"],
            base_path="/api/v1" if base_path is None else base_path,
            signs_full_path=told["signed_path"] == "full",
        )
        return cls(account)

    @property
    def base_path(self) -> str:
        return self.account.base_path

    def authenticate(self, incoming: Incoming, now: float) -> None:
        self.account.authenticate(incoming, now)

    def understand(self, incoming: Incoming, order_id: str | None) -> Asked:
        query, ours = incoming.query, self.account.phone_number_id
        if order_id is None:
            if (incoming.method, incoming.path) != ("GET", self.base_path + self.collection):
                raise refusals.not_found()
            return Search(partial(_page, read_listing(query, ours)))
        if incoming.method not in {"GET", "PUT"}:
            raise refusals.method_not_allowed()
        check_single(query, ours)
        return Show(order_id) if incoming.method == "GET" else Update(order_id, read_fields(incoming, UPDATE))

    def answer(self, order: Order, status: int) -> Response:
        return answers.success(status, data=order.shown())

    def refuse(self, refused: Refusal, call: int) -> Response:
        return answers.refusal(refused, f"req-{call:06d}")

    def announce(self, allowance: Allowance) -> Mapping[str, str]:
        return answers.limit_headers(allowance)


def _page(listing: Listing, orders: Sequence[AwalchatOrder]) -> Response:
    found = [order for order in orders if listing.wants(order)]
    start = (listing.page - 1) * listing.limit
    meta = {
        "current_page": listing.page,
        "per_page": listing.limit,
        "total": len(found),
        "last_page": max(1, -(-len(found) // listing.limit)),
    }
    return answers.success(data=[order.shown() for order in found[start : start + listing.limit]], meta=meta)
