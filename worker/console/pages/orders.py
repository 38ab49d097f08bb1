"""The list of orders, by search and filters, all in the address; and the same orders grouped by their causes."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, render_template, request

from worker.application.context import Context
from worker.console.links import cause_url, order_url
from worker.console.parts import Parts
from worker.console.presentation.kinds import STATES, kind_of
from worker.console.query_strings import ORDER_FIELDS, given, read_order_filter
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.policy import Policy
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.stages import STAGES
from worker.operations.bulk import acts_on_all
from worker.operations.listing import detail_of, lateness_of, reason_of
from worker.store.queries.causes import Cause
from worker.store.queries.choices import ChoiceQueries
from worker.store.queries.orders import OrderQueries

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One order as the list shows it: its *row*, its address, and what is said of its state."""

    row: OrderRow
    url: str
    state: State
    kind: str
    reason: str
    detail: str
    lateness: str


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One cause, and the address of the list of its orders."""

    cause: Cause
    url: str
    kind: str


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""
    context = parts.context

    def orders() -> str:
        wanted = read_order_filter(request.args, ChoiceQueries(context.database).now())
        queries = OrderQueries(context.database, context.policies)
        values = {"wanted": wanted, "fields": request.args, "query": _query(), **_choices(context)}
        if request.args.get("by") == "cause":
            causes = queries.causes(wanted)
            return render_template(
                "orders_by_cause.html", causes=causes, lines=[_cause_line(each) for each in causes.causes], **values
            )
        page = queries.page(wanted, PAGE_SIZE, request.args.get("after", ""))
        lines = [_line(row, page.now, context.policy(row.order.key.account)) for row in page.rows]
        return render_template("orders.html", page=page, lines=lines, acts=acts_on_all(wanted.states), **values)

    app.add_url_rule("/orders", view_func=orders, methods=["GET"])


def _line(row: OrderRow, now: Instant, policy: Policy) -> Line:
    state = row.state(now)
    return Line(
        row=row,
        url=order_url(row.order.key),
        state=state,
        kind=kind_of(state),
        reason=reason_of(row, now),
        detail=detail_of(row),
        lateness=lateness_of(row.order, now, policy),
    )


def _cause_line(cause: Cause) -> CauseLine:
    return CauseLine(cause, cause_url(cause, request.args.get("account", "")), kind_of(cause.state))


def _query() -> str:
    """Return the filter as it is in the address, without the place in the list."""
    return urlencode(given(request.args, ORDER_FIELDS), doseq=True)


def _choices(context: Context) -> dict[str, object]:
    """Return what the fields of the form offer."""
    return {
        "accounts": list(context.settings.accounts),
        "stages": list(STAGES),
        "states": STATES,
        "stops": list(StopReason),
        "waits": list(WaitReason),
    }
