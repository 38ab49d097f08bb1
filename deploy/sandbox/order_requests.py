"""The requests that a valid call can make. A platform parses every call into one of these classes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flask import Response


@dataclass(frozen=True, slots=True)
class ListOrders:
    """List orders. *respond* gets all orders of the account, sorted, and returns the response with those that match."""

    respond: Callable[[Sequence[Any]], Response]


@dataclass(frozen=True, slots=True)
class GetOrder:
    """Return one order. *order_id* is the text in the path."""

    order_id: str


@dataclass(frozen=True, slots=True)
class UpdateOrder:
    """Set the checked *fields* of one order. *order_id* is the text in the path."""

    order_id: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CreateOrder:
    """Create an order from checked *fields*."""

    fields: Mapping[str, object]


OrderRequest: TypeAlias = ListOrders | GetOrder | UpdateOrder | CreateOrder
