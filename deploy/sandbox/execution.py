"""Executes an order request on the orders of the sandbox, and marks its call in the call log."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from deploy.sandbox import errors
from deploy.sandbox.call_log import Call
from deploy.sandbox.instants import now_us
from deploy.sandbox.order_requests import CreateOrder, GetOrder, ListOrders, OrderRequest, UpdateOrder
from deploy.sandbox.orders import Order, Step
from deploy.sandbox.platform import Platform
from deploy.sandbox.state import State


@dataclass(frozen=True, slots=True)
class Execution:
    """The execution of one valid call. A read shows orders as they were *behind_s* seconds ago."""

    platform: Platform
    state: State
    call: Call
    request: OrderRequest
    behind_s: float = 0.0

    def record_arrival(self) -> None:
        """Record the fields of a write, and whether its step is illegal at this moment.

        An illegal step counts even if a fault then prevents its execution.
        """
        if isinstance(self.request, UpdateOrder | CreateOrder):
            self.state.calls.record_fields(self.call, self.request.fields)
        if isinstance(self.request, UpdateOrder):
            order = self.state.orders.get(self.request.order_id)
            if order is not None and order.step(self.request.fields) is Step.ILLEGAL:
                self.state.calls.mark(self.call, "illegal")

    def run(self) -> Response:
        """Execute the request and return the response. Raise ApiError if the order does not allow it."""
        match self.request:
            case ListOrders(respond):
                return respond(tuple(map(self._as_read, self.state.orders.all())))
            case GetOrder(order_id):
                return self._get(order_id)
            case CreateOrder():
                return self._create(self.request)
            case UpdateOrder():
                return self._update(self.request)

    def _get(self, order_id: str) -> Response:
        order = self.state.orders.get(order_id)
        if order is None:
            raise errors.not_found()
        return self._response(self._as_read(order), HTTPStatus.OK)

    def _create(self, request: CreateOrder) -> Response:
        order = self.state.orders.add(request.fields)
        if order is None:
            raise errors.id_taken()
        self.state.calls.mark(self.call, "applied")
        return self._response(order, HTTPStatus.CREATED)

    def _update(self, request: UpdateOrder) -> Response:
        result = self.state.orders.update(request.order_id, request.fields, self.call.number)
        if result is None:
            raise errors.not_found()
        order, step = result
        if step is Step.ILLEGAL:
            self.state.calls.mark(self.call, "illegal")
            raise errors.illegal_step(order.status, self.call.status)
        self.state.calls.mark(self.call, "applied")
        if step is Step.REPEAT:
            self.state.calls.mark(self.call, "repeat")
        return self._response(order, HTTPStatus.OK, is_update=True)

    def _as_read(self, order: Order) -> Order:
        if not self.behind_s:
            return order
        return self.state.orders.earlier(order, now_us(self.state.clock) - int(self.behind_s * 1_000_000))

    def _response(self, order: Order, status: int, *, is_update: bool = False) -> Response:
        self.state.calls.record_shown(self.call, order.status)
        return self.platform.order_response(order, status, is_update=is_update)
