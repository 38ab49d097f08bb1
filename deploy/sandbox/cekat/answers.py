"""Cekat's answers. Its documentation shows successes in two shapes, of which the sandbox speaks one at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

from deploy.sandbox.cekat.listing import Page
from deploy.sandbox.refusals import Refusal
from deploy.sandbox.replies import as_json


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the two: how *one* order with its HTTP status is answered, and how a *page* of them is."""

    one: Callable[[Mapping[str, object], int], Response]
    page: Callable[[Page], Response]


def refusal(refused: Refusal) -> Response:
    """Answer with the error envelope, which knows the fields, and a code, of an invalid call only."""
    error: dict[str, object] = {"message": refused.message}
    if refused.status != HTTPStatus.BAD_REQUEST:
        return as_json(refused.status, {"success": False, "status_code": refused.status, "error": error})
    details = [{"field": field, "message": says} for field, says in refused.details.items()]
    return as_json(
        refused.status, {"success": False, "error": {"code": "VALIDATION_ERROR", **error, "details": details}}
    )


def _usual_one(order: Mapping[str, object], status: int) -> Response:
    return as_json(status, {"success": True, "data": order})


def _usual_page(page: Page) -> Response:
    has_more = page.offset + len(page.orders) < page.total
    pagination = {"total": page.total, "limit": page.limit, "offset": page.offset, "has_more": has_more}
    orders = [order.shown() for order in page.orders]
    return as_json(HTTPStatus.OK, {"success": True, "data": orders, "pagination": pagination})


def _other_one(order: Mapping[str, object], status: int) -> Response:
    return as_json(status, {"message": "success", "data": _renamed(order)})


def _other_page(page: Page) -> Response:
    orders = [_renamed(order.shown()) for order in page.orders]
    number = page.offset // page.limit + 1
    return as_json(HTTPStatus.OK, {"message": "success", "data": {"orders": orders}, "page": number})


def _renamed(order: Mapping[str, object]) -> dict[str, object]:
    return {"order_status" if name == "status" else name: value for name, value in order.items()}


SHAPES = {"usual": Shape(_usual_one, _usual_page), "other": Shape(_other_one, _other_page)}
