"""One call from its arrival to its answer. All platforms judge it in the same order."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, current_app, request
from werkzeug.http import http_date

from deploy.sandbox import refusals
from deploy.sandbox.acting import act
from deploy.sandbox.asking import Asked, Creation, Search, Show, Update
from deploy.sandbox.faults import Kind, Match
from deploy.sandbox.incoming import Incoming
from deploy.sandbox.ledger import Call
from deploy.sandbox.orders import Step
from deploy.sandbox.platform import Platform
from deploy.sandbox.refusals import Refusal
from deploy.sandbox.wire import Severed
from deploy.sandbox.world import Sandbox, World

METHODS = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
PATH_KEPT = 200

order_api = Blueprint("order_api", __name__)


@order_api.route("/<rest:rest>", methods=METHODS, provide_automatic_options=False)
def serve(rest: str) -> Response:  # noqa: ARG001 - the path is read undecoded, from the request target
    """Answer one call. Every path and method comes here, so that every call is counted."""
    sandbox: Sandbox = current_app.extensions["sandbox"]
    platform, world, incoming = sandbox.platform, sandbox.world, Incoming.of(request)
    orders_path = re.escape(platform.base_path + platform.collection)
    found = re.fullmatch(f"{orders_path}/([^/]+)", incoming.path[:PATH_KEPT])
    order_id = found and found[1]
    call = world.ledger.open(incoming.method, incoming.path[:PATH_KEPT], order_id)
    allowance = world.rate.take()
    visit = _Visit(platform, world, incoming, order_id, call)
    response = visit.admit() if allowance.granted else visit.refuse(refusals.throttled())
    # A fault on request may have set these headers itself.
    for name, value in {**platform.announce(allowance), "Date": http_date(world.clock())}.items():
        response.headers.setdefault(name, value)
    world.ledger.close(call, None if isinstance(response, Severed) else response.status_code)
    return response


@dataclass(frozen=True, slots=True)
class _Visit:
    """One call on its way: past the gate, through the checks, to the order. *order_id* is unchecked text."""

    platform: Platform
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
        return act(gate, Response, self.world, self._on_request)

    def refuse(self, refused: Refusal) -> Response:
        return self.platform.refuse(refused, self.call.number)

    def _respond(self, operation: Callable[[], Response]) -> Response:
        try:
            return operation()
        except Refusal as refused:
            return self.refuse(refused)

    def _on_request(self, status: int) -> Response:
        return self.refuse(refusals.on_request(status))

    def _checked(self) -> Response:
        self.platform.authenticate(self.incoming, self.world.clock())
        carry_out = partial(self._respond, self._planned(self.platform.understand(self.incoming, self.order_id)))
        fault = self.world.faults.take(self._described())
        if fault is None:
            return carry_out()
        self.world.ledger.note(self.call, fault=fault.kind)
        return act(fault, carry_out, self.world, self._on_request)

    def _planned(self, asked: Asked) -> Callable[[], Response]:
        match asked:
            case Search(answer):
                return lambda: answer(self.world.store.all())
            case Show(order_id):
                return partial(self._show, order_id)
            case Creation(sent):
                self.world.ledger.note(self.call, sent=sent)
                return partial(self._create, asked)
            case Update(order_id, sent):
                self.world.ledger.note(self.call, sent=sent)
                self._judge_on_arrival(order_id, sent)
                return partial(self._update, asked)

    def _judge_on_arrival(self, order_id: str, sent: Mapping[str, object]) -> None:
        # An illegal step counts even when a fault keeps it from being applied.
        order = self.world.store.get(order_id)
        if order is not None and order.asked(sent) is Step.ILLEGAL:
            self.world.ledger.flag(self.call, "illegal")

    def _show(self, order_id: str) -> Response:
        order = self.world.store.get(order_id)
        if order is None:
            raise refusals.not_found()
        return self.platform.answer(order, HTTPStatus.OK)

    def _create(self, creation: Creation) -> Response:
        order = self.world.store.add(creation.sent)
        if order is None:
            raise refusals.id_taken()
        self.world.ledger.flag(self.call, "applied")
        return self.platform.answer(order, HTTPStatus.CREATED)

    def _update(self, update: Update) -> Response:
        outcome = self.world.store.apply(update.order_id, update.sent, self.call.number)
        if outcome is None:
            raise refusals.not_found()
        order, step = outcome
        if step is Step.ILLEGAL:
            self.world.ledger.flag(self.call, "illegal")
            raise refusals.illegal_step(order.status, self.call.status)
        self.world.ledger.flag(self.call, "applied")
        if step is Step.REPEAT:
            self.world.ledger.flag(self.call, "repeat")
        return self.platform.answer(order, HTTPStatus.OK)

    def _described(self) -> Match:
        return Match(method=self.incoming.method, order_id=self.order_id, status=self.call.status)
