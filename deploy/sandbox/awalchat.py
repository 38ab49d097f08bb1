"""The order API of awalchat, after the vendor's public reference, read strictly."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, current_app, request
from werkzeug.http import http_date

from deploy.sandbox import answers, refusals
from deploy.sandbox.account import Account
from deploy.sandbox.acting import act
from deploy.sandbox.awalchat_forms import Listing, check_single, read_listing, read_update
from deploy.sandbox.faults import Kind, Match
from deploy.sandbox.incoming import Incoming
from deploy.sandbox.ledger import Call
from deploy.sandbox.orders import Order, Step, judge
from deploy.sandbox.refusals import Refusal
from deploy.sandbox.wire import Severed
from deploy.sandbox.world import Sandbox, World

METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
PATH_KEPT = 200


awalchat = Blueprint("awalchat", __name__)


@awalchat.route("/<rest:rest>", methods=METHODS, provide_automatic_options=False)
def serve(rest: str) -> Response:  # noqa: ARG001 - the path is read undecoded, from the request target
    """Answer one call. Every path and method comes here, so that every call is counted."""
    sandbox: Sandbox = current_app.extensions["sandbox"]
    account, world, incoming = sandbox.account, sandbox.world, Incoming.of(request)
    found = re.fullmatch(re.escape(account.base_path) + "/orders/([^/]+)", incoming.path[:PATH_KEPT])
    order_id = found and found[1]
    call = world.ledger.open(incoming.method, incoming.path[:PATH_KEPT], order_id)
    allowance = world.rate.take()
    visit = _Visit(account, world, incoming, order_id, call)
    response = visit.admit() if allowance.granted else visit.refuse(refusals.throttled())
    # A fault on request may have set these headers itself.
    for name, value in {**allowance.headers(), "Date": http_date(world.clock())}.items():
        response.headers.setdefault(name, value)
    world.ledger.close(call, None if isinstance(response, Severed) else response.status_code)
    return response


@dataclass(frozen=True, slots=True)
class _Visit:
    """One call on its way: past the gate, through the checks, to the order. *order_id* is unchecked text."""

    account: Account
    world: World
    incoming: Incoming
    order_id: str | None
    call: Call

    def admit(self) -> Response:
        gate = self.world.faults.at_the_gate(self._described())
        if gate is None:
            return self._respond(self._checked)
        self.world.ledger.note(self.call, fault=gate.kind)
        if gate.kind is Kind.WRONG_CREDENTIALS:
            return self.refuse(refusals.authentication_failed())
        # What stands at the gate lets nothing be carried out.
        return act(gate, Response, self.world)

    def refuse(self, refused: Refusal) -> Response:
        return answers.refusal(refused, f"req-{self.call.number:06d}")

    def _respond(self, operation: Callable[[], Response]) -> Response:
        try:
            return operation()
        except Refusal as refused:
            return self.refuse(refused)

    def _checked(self) -> Response:
        self.account.authenticate(self.incoming, self.world.clock())
        carry_out = partial(self._respond, self._understand())
        fault = self.world.faults.take(self._described())
        if fault is None:
            return carry_out()
        self.world.ledger.note(self.call, fault=fault.kind)
        return act(fault, carry_out, self.world)

    def _understand(self) -> Callable[[], Response]:
        query, ours = self.incoming.query, self.account.phone_number_id
        match self.incoming.method, self.order_id:
            case "GET", None if self.incoming.path == f"{self.account.base_path}/orders":
                return partial(self._list, read_listing(query, ours))
            case _, None:
                raise refusals.not_found()
            case "GET", _:
                check_single(query, ours)
                return self._show
            case "PUT", _:
                check_single(query, ours)
                return self._understand_update()
            case _:
                raise refusals.method_not_allowed()

    def _understand_update(self) -> Callable[[], Response]:
        sent = read_update(self.incoming)
        self.world.ledger.note(self.call, sent=sent)
        order = self._order()
        # Judged on arrival too: an illegal step counts even when a fault keeps it from being applied.
        if order is not None and judge(order.status, self.call.status) is Step.ILLEGAL:
            self.world.ledger.flag(self.call, "illegal")
        return partial(self._update, sent)

    def _list(self, listing: Listing) -> Response:
        orders = [order for order in self.world.store.all() if listing.wants(order)]
        start = (listing.page - 1) * listing.limit
        last_page = max(1, -(-len(orders) // listing.limit))
        meta = {
            "current_page": listing.page,
            "per_page": listing.limit,
            "total": len(orders),
            "last_page": last_page,
        }
        return answers.success(data=[order.shown() for order in orders[start : start + listing.limit]], meta=meta)

    def _show(self) -> Response:
        order = self._order()
        if order is None:
            raise refusals.not_found()
        return answers.success(data=order.shown())

    def _update(self, sent: dict[str, object]) -> Response:
        outcome = self.world.store.apply(self._number(), sent, self.call.number)
        if outcome is None:
            raise refusals.not_found()
        order, step = outcome
        if step is Step.ILLEGAL:
            self.world.ledger.flag(self.call, "illegal")
            raise refusals.illegal_step(order.status, str(sent["status"]))
        self.world.ledger.flag(self.call, "applied")
        if step is Step.REPEAT:
            self.world.ledger.flag(self.call, "repeat")
        return answers.success(data=order.shown())

    def _order(self) -> Order | None:
        return self.world.store.get(self._number())

    def _number(self) -> int:
        # No order has the number 0, so that any other text is the id of an order that does not exist.
        return int(self.order_id) if self.order_id and re.fullmatch("[1-9][0-9]{0,18}", self.order_id) else 0

    def _described(self) -> Match:
        return Match(method=self.incoming.method, order_id=self.order_id, status=self.call.status)
