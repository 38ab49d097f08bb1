"""The control API under `/_sandbox`: what a test or a demo does to the platform, and what it asks of it.

It stands behind the loopback interface and needs no signature.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from deploy.sandbox.fault_form import read_fault
from deploy.sandbox.orders import Order
from deploy.sandbox.refusals import Refusal, id_taken, not_found, validation_failed
from deploy.sandbox.rules import Rule, integer, number, problems
from deploy.sandbox.strict_json import read_json
from deploy.sandbox.world import Sandbox, World

_CREATED_AT = integer(0, 10**16)
_LIMIT: Mapping[str, Rule] = {"limit": integer(0, 10**9), "window": number(0.1, 86_400)}


control = Blueprint("control", __name__, url_prefix="/_sandbox")


@control.errorhandler(Refusal)
def refuse(refused: Refusal) -> ResponseReturnValue:
    """Tell what is wrong with a request to the control API."""
    return {"error": refused.code, "message": refused.message, "details": refused.details}, refused.status


@control.post("/orders")
def create() -> ResponseReturnValue:
    """Create one order from an object, or several from an array; all of them, or none when a field is wrong."""
    given = _read()
    several = given if isinstance(given, list) else [given]
    kind = _sandbox().platform.orders
    form = {**kind.BY_HAND, "id": kind.ID, "created_at": _CREATED_AT}
    created = [_world().store.add(fields) for fields in [_checked(each, form) for each in several]]
    if None in created:
        raise id_taken()
    shown = [order.whole() for order in created if order is not None]
    return jsonify(shown if isinstance(given, list) else shown[0]), HTTPStatus.CREATED


@control.get("/orders/<order_id>")
def show(order_id: str) -> ResponseReturnValue:
    """Show one order with all its fields. It counts as no call."""
    return _found(_world().store.get(order_id))


@control.patch("/orders/<order_id>")
def change(order_id: str) -> ResponseReturnValue:
    """Change an order as a person would on the platform's own pages, in any direction."""
    fields = _checked(_read(), _sandbox().platform.orders.BY_HAND)
    return _found(_world().store.change_by_hand(order_id, fields))


@control.delete("/orders/<order_id>")
def remove(order_id: str) -> ResponseReturnValue:
    """Delete an order."""
    if not _world().store.remove(order_id):
        raise not_found()
    return "", HTTPStatus.NO_CONTENT


@control.post("/faults")
def post_fault() -> ResponseReturnValue:
    """Append a fault to the queue."""
    return {"id": _world().faults.post(read_fault(_read()))}, HTTPStatus.CREATED


@control.get("/faults")
def list_faults() -> ResponseReturnValue:
    """List the faults that can still happen."""
    return jsonify(_world().faults.report())


@control.delete("/faults", defaults={"number": None})
@control.delete("/faults/<int:number>")
def lift(number: int | None) -> ResponseReturnValue:
    """Take back one fault, or all of them."""
    if not _world().faults.lift(number):
        raise not_found()
    return "", HTTPStatus.NO_CONTENT


@control.put("/limit")
def set_limit() -> ResponseReturnValue:
    """Let another rate limit hold from now on, until a reset."""
    fields = {"window": 60.0, **_checked(_read(), _LIMIT)}
    if "limit" not in fields:
        raise validation_failed({"limit": "is missing"})
    _world().rate.change(fields["limit"], fields["window"])
    return "", HTTPStatus.NO_CONTENT


@control.get("/report")
def report() -> ResponseReturnValue:
    """Report everything; `?since=N` leaves out the calls numbered up to N."""
    return _world().report(max(0, request.args.get("since", 0, type=int)))


@control.get("/totals")
def totals() -> ResponseReturnValue:
    """Report the counts only; cheap enough to poll."""
    return _world().totals()


@control.post("/reset")
def reset() -> ResponseReturnValue:
    """Forget everything and start over."""
    _sandbox().reset()
    return "", HTTPStatus.NO_CONTENT


def _sandbox() -> Sandbox:
    sandbox: Sandbox = current_app.extensions["sandbox"]
    return sandbox


def _world() -> World:
    return _sandbox().world


def _read() -> object:
    try:
        return read_json(request.get_data())
    except ValueError as error:
        raise validation_failed({"body": str(error)}) from error


def _checked(fields: object, form: Mapping[str, Rule]) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise validation_failed({"body": "must be a JSON object"})
    if found := problems(fields, form):
        raise validation_failed(found)
    return fields


def _found(order: Order | None) -> ResponseReturnValue:
    if order is None:
        raise not_found()
    return order.whole()
