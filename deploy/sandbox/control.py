"""The control API under `/_sandbox`: what a test or a demo does to the platform, and what it asks of it.

It stands behind the loopback interface and needs no signature.
"""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from deploy.sandbox.fault_form import read_fault
from deploy.sandbox.orders import PAYMENT_STATUSES, Order
from deploy.sandbox.refusals import Refusal, not_found, validation_failed
from deploy.sandbox.rules import DATE, Rule, integer, number, one_of, or_null, problems, text
from deploy.sandbox.strict_json import read_json
from deploy.sandbox.world import Sandbox, World

# A hand may set what the API may not: nulls, and statuses that nobody documented.
_CHANGES: Mapping[str, Rule] = {
    "order_number": text(100),
    "status": text(64),
    "payment_status": one_of(*PAYMENT_STATUSES),
    "shipping_date": or_null(DATE),
    "delivery_date": or_null(DATE),
    "admin_notes": or_null(text(100_000)),
    "branch_id": or_null(integer(1)),
    "customer_id": or_null(integer(1)),
}
_ORDER: Mapping[str, Rule] = {**_CHANGES, "id": integer(1), "created_at": integer(0, 10**16)}
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
    created = [_world().store.add(fields) for fields in [_checked(each, _ORDER) for each in several]]
    if None in created:
        raise Refusal(HTTPStatus.CONFLICT, "conflict", "An order with this id exists.")
    shown = [asdict(order) for order in created if order is not None]
    return jsonify(shown if isinstance(given, list) else shown[0]), HTTPStatus.CREATED


@control.get("/orders/<int:order_id>")
def show(order_id: int) -> ResponseReturnValue:
    """Show one order with all its fields. It counts as no call."""
    return _found(_world().store.get(order_id))


@control.patch("/orders/<int:order_id>")
def change(order_id: int) -> ResponseReturnValue:
    """Change an order as a person would on the platform's own pages, in any direction."""
    return _found(_world().store.change_by_hand(order_id, _checked(_read(), _CHANGES)))


@control.delete("/orders/<int:order_id>")
def remove(order_id: int) -> ResponseReturnValue:
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
    sandbox: Sandbox = current_app.extensions["sandbox"]
    sandbox.reset()
    return "", HTTPStatus.NO_CONTENT


def _world() -> World:
    sandbox: Sandbox = current_app.extensions["sandbox"]
    return sandbox.world


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
    return asdict(order)
