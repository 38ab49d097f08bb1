"""The responses of Cekat. Its documentation shows two shapes of a success; the sandbox uses one of them at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from deploy.sandbox.cekat.listing import Page
from deploy.sandbox.errors import ApiError
from deploy.sandbox.responses import json_response


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
    orders = [order.client_fields() for order in page.orders]
    return json_response(HTTPStatus.OK, {"success": True, "data": orders, "pagination": pagination})


def _other_order(order: Mapping[str, object], status: int) -> Response:
    return json_response(status, {"message": "success", "data": _with_order_status(order)})


def _other_page(page: Page) -> Response:
    orders = [_with_order_status(order.client_fields()) for order in page.orders]
    number = page.offset // page.limit + 1
    return json_response(HTTPStatus.OK, {"message": "success", "data": {"orders": orders}, "page": number})


def _with_order_status(order: Mapping[str, object]) -> dict[str, object]:
    return {"order_status" if name == "status" else name: value for name, value in order.items()}


SHAPES = {"usual": Shape(_usual_order, _usual_page), "other": Shape(_other_order, _other_page)}
"""The shapes by their value of `--answers`."""
