"""The addresses of orders. A name from outside may have slashes and dots, which a browser would read as a path."""

import re
from itertools import takewhile
from urllib.parse import urlencode

from flask import url_for

from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.text import is_printable
from worker.store.queries.causes import Cause

_IN_PATH = re.compile(r"[A-Za-z0-9_:@-]+")
MAX_DETAIL = 100
"""Characters of the detail of a cause by which its orders are found again."""


def order_url(key: OrderKey) -> str:
    """Return the address of the page of an order."""
    if _IN_PATH.fullmatch(key.order_id):
        return url_for("order", account=key.account, order_id=key.order_id)
    return url_for("order_by_name", order=str(key))


def cause_url(cause: Cause, account: str = "") -> str:
    """Return the address of the list of the orders with *cause*, as far as a filter can tell them apart.

    *account* is the one to which the causes are narrowed; empty for all.
    """
    fields = {"state": str(cause.state), "account": cause.account or account}
    if cause.state is State.STOPPED and cause.reason in set(StopReason):
        fields["stop"] = cause.reason
    if cause.state is State.WAITING and cause.reason in set(WaitReason):
        fields["waiting"] = cause.reason
    if cause.state in {State.STOPPED, State.WAITING}:
        # What no field takes would not be found.
        fields["matching"] = "".join(takewhile(is_printable, cause.detail.strip()[:MAX_DETAIL])).strip()
    return f"/orders?{urlencode({name: value for name, value in fields.items() if value})}"
