"""The addresses of orders. A name from outside may have slashes and dots, which a browser would read as a path."""

import re

from flask import url_for

from worker.domain.orders import OrderKey

_IN_PATH = re.compile(r"[A-Za-z0-9_:@-]+")
ACCOUNT_OF_NONE = "-"
"""Stands in a path where an order has its account: no account has this name."""


def order_url(key: OrderKey) -> str:
    """Return the address of the page of an order."""
    if _IN_PATH.fullmatch(key.order_id):
        return url_for("order", account=key.account, order_id=key.order_id)
    return url_for("order_by_name", order=str(key))
