"""The control API under `/_sandbox`: sets up orders, faults and the rate limit, and reports what happened.

It needs no credentials, because the sandbox listens on loopback only.
"""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from deploy.sandbox.errors import ApiError, id_taken, not_found, validation_failed
from deploy.sandbox.fault_schema import parse_fault
from deploy.sandbox.limiters import DEFAULT_LIMITER, LIMITERS
from deploy.sandbox.orders import Order
from deploy.sandbox.rules import Schema, find_problems, integer, number, one_of
from deploy.sandbox.state import Sandbox, State
from deploy.sandbox.strict_json import parse_json

_CREATED_AT = integer(0, 10**16)
_LIMIT: Schema = {"limit": integer(0, 10**9), "window": number(0.1, 86_400), "kind": one_of(*LIMITERS)}


control = Blueprint("control", __name__, url_prefix="/_sandbox")


@control.errorhandler(ApiError)
def error_response(error: ApiError) -> ResponseReturnValue:
    """Return the error of a request to the control API."""
    return {"error": error.code, "message": error.message, "details": error.details}, error.status


@control.post("/orders")
def create_orders() -> ResponseReturnValue:
    """Create an order from an object, or orders from an array. An invalid field means that none is created."""
    content = _body()
    order_type = _sandbox().platform.order_type
    schema = {**order_type.MANUAL_FIELDS, "id": order_type.ID, "created_at": _CREATED_AT}
    checked = [_checked(fields, schema) for fields in (content if isinstance(content, list) else [content])]
    orders = [_state().orders.add(fields) for fields in checked]
    if None in orders:
        raise id_taken()
    created = [order.all_fields() for order in orders if order is not None]
    return jsonify(created if isinstance(content, list) else created[0]), HTTPStatus.CREATED


@control.get("/orders/<order_id>")
def get_order(order_id: str) -> ResponseReturnValue:
    """Return an order with all its fields."""
    return _order_or_404(_state().orders.get(order_id))


@control.patch("/orders/<order_id>")
def change_order(order_id: str) -> ResponseReturnValue:
    """Change an order as a person does on the platform's own pages. Any step is allowed."""
    fields = _checked(_body(), _sandbox().platform.order_type.MANUAL_FIELDS)
    return _order_or_404(_state().orders.change_manually(order_id, fields))


@control.delete("/orders/<order_id>")
def delete_order(order_id: str) -> ResponseReturnValue:
    """Delete an order."""
    if not _state().orders.delete(order_id):
        raise not_found()
    return "", HTTPStatus.NO_CONTENT


@control.post("/faults")
def add_fault() -> ResponseReturnValue:
    """Append a fault to the queue."""
    return {"id": _state().faults.add(parse_fault(_body()))}, HTTPStatus.CREATED


@control.get("/faults")
def list_faults() -> ResponseReturnValue:
    """Return the faults that can still happen."""
    return jsonify(_state().faults.report())


@control.delete("/faults")
def remove_all_faults() -> ResponseReturnValue:
    """Remove all faults."""
    _state().faults.clear()
    return "", HTTPStatus.NO_CONTENT


@control.delete("/faults/<int:number>")
def remove_fault(number: int) -> ResponseReturnValue:
    """Remove one fault."""
    if not _state().faults.remove(number):
        raise not_found()
    return "", HTTPStatus.NO_CONTENT


@control.put("/limit")
def change_rate_limit() -> ResponseReturnValue:
    """Apply another rate limit from now until a reset."""
    fields = {"window": 60.0, "kind": DEFAULT_LIMITER, **_checked(_body(), _LIMIT)}
    if "limit" not in fields:
        raise validation_failed({"limit": "is missing"})
    _state().rate_limit.change(fields["limit"], fields["window"], fields["kind"])
    return "", HTTPStatus.NO_CONTENT


@control.get("/report")
def report() -> ResponseReturnValue:
    """Return the whole report. `?since=N` leaves out the calls up to number N."""
    return _state().report(max(0, request.args.get("since", 0, type=int)))


@control.get("/totals")
def totals() -> ResponseReturnValue:
    """Return the counts only, so that clients can poll cheaply."""
    return _state().totals()


@control.post("/reset")
def reset() -> ResponseReturnValue:
    """Replace the state by an empty one."""
    _sandbox().reset()
    return "", HTTPStatus.NO_CONTENT


def _sandbox() -> Sandbox:
    sandbox: Sandbox = current_app.extensions["sandbox"]
    return sandbox


def _state() -> State:
    return _sandbox().state


def _body() -> object:
    try:
        return parse_json(request.get_data())
    except ValueError as error:
        raise validation_failed({"body": str(error)}) from error


def _checked(fields: object, schema: Schema) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise validation_failed({"body": "must be a JSON object"})
    if problems := find_problems(fields, schema):
        raise validation_failed(problems)
    return fields


def _order_or_404(order: Order | None) -> ResponseReturnValue:
    if order is None:
        raise not_found()
    return order.all_fields()
