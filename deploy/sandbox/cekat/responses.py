"""The responses of Cekat. Its documentation shows two shapes of a success; the sandbox uses one of them at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from deploy.sandbox.cekat.listing import Page
from deploy.sandbox.cekat.orders import CekatOrder
from deploy.sandbox.errors import ApiError
from deploy.sandbox.responses import json_response

# Source: the samples of the vendor's Update Order and List Orders.
UPDATE_FIELDS = (
    "id",
    "order_number",
    "status",
    "tracking_number",
    "tracking_url",
    "updated_at",
    "status_history",
)
"""The fields of the answer to an update, whatever the update has set."""
LIST_FIELDS = (
    "id",
    "order_number",
    "customer_id",
    "status",
    "items_count",
    "total",
    "currency",
    "tracking_number",
    "created_at",
    "updated_at",
)
"""The fields of an order in a list."""


def order_fields(order: CekatOrder) -> dict[str, object]:
    """Return the fields of an order, as it is created or read. What is empty is left out, as the samples show it.

    The history of an order whose status never changed counts as empty.
    """
    fields = order.client_fields()
    if [entry["status"] for entry in order.status_history] == [order.status]:
        del fields["status_history"]
    return {name: value for name, value in fields.items() if value not in (None, "", [], (), {})}


def update_fields(order: CekatOrder) -> dict[str, object]:
    """Return the fields of the answer to an update."""
    return _chosen(order_fields(order), UPDATE_FIELDS)


def list_fields(order: CekatOrder) -> dict[str, object]:
    """Return the fields of an order in a list."""
    return _chosen({**order_fields(order), "items_count": len(order.items)}, LIST_FIELDS)


def _chosen(fields: Mapping[str, object], names: Sequence[str]) -> dict[str, object]:
    return {name: fields[name] for name in names if name in fields}


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of a success: the response with the fields of one *order* and an HTTP status, and with a *page*."""

    order: Callable[[Mapping[str, object], int], Response]
    page: Callable[[Page], Response]


def failure(error: ApiError) -> Response:
    """Return *error* in Cekat's format. Only the format of 400 has a code and names fields."""
    content: dict[str, object] = {"message": error.message}
    if error.status != HTTPStatus.BAD_REQUEST:
        return json_response(error.status, {"success": False, "status_code": error.status, "error": content})
    details = [{"field": field, "message": message} for field, message in error.details.items()]
    content = {"code": "VALIDATION_ERROR", **content, "details": details}
    return json_response(error.status, {"success": False, "error": content})


def _usual_order(order: Mapping[str, object], status: int) -> Response:
    return json_response(status, {"success": True, "data": order})


def _usual_page(page: Page) -> Response:
    has_more = page.offset + len(page.orders) < page.total
    pagination = {"total": page.total, "limit": page.limit, "offset": page.offset, "has_more": has_more}
    orders = [list_fields(order) for order in page.orders]
    return json_response(HTTPStatus.OK, {"success": True, "data": orders, "pagination": pagination})


def _other_order(order: Mapping[str, object], status: int) -> Response:
    return json_response(status, {"message": "success", "data": _with_order_status(order)})


def _other_page(page: Page) -> Response:
    orders = [_with_order_status(list_fields(order)) for order in page.orders]
    number = page.offset // page.limit + 1
    return json_response(HTTPStatus.OK, {"message": "success", "data": {"orders": orders}, "page": number})


def _with_order_status(order: Mapping[str, object]) -> dict[str, object]:
    return {"order_status" if name == "status" else name: value for name, value in order.items()}


SHAPES = {"usual": Shape(_usual_order, _usual_page), "other": Shape(_other_order, _other_page)}
"""The shapes by their value of `--answers`."""
