"""The list of deliveries, by filters that are all in the address; and what could not be used, grouped by why."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, render_template, request

from worker.application.context import Context
from worker.application.deliveries.problems import problem_text
from worker.application.deliveries.replays import is_replayable
from worker.console.links import order_url
from worker.console.parts import Parts
from worker.console.presentation.kinds import kind_of
from worker.console.query_strings import DELIVERY_FIELDS, given, read_delivery_filter
from worker.domain.events import OPERATOR
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.reasons import STORED_OUTCOMES, QuarantineReason
from worker.store.queries.choices import ChoiceQueries
from worker.store.queries.deliveries import DeliveryQueries, DeliveryRow
from worker.store.queries.quarantine import QuarantineGroup, quarantine_by_reason

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One delivery as the list shows it: its *row*, why it could not be used, and the address of its order."""

    row: DeliveryRow
    kind: str
    problem: str
    order_url: str
    can_replay: bool


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One reason, and the address of the list of its deliveries."""

    group: QuarantineGroup
    meaning: str
    url: str


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""
    context = parts.context

    def deliveries() -> str:
        wanted = wanted_deliveries(context)
        values = {"wanted": wanted, "fields": request.args, "query": _query(), **_choices(context)}
        if request.args.get("by") == "reason":
            quarantine = quarantine_by_reason(context.database, wanted)
            lines = [_group_line(group, wanted) for group in quarantine.groups]
            return render_template("deliveries_by_reason.html", quarantine=quarantine, lines=lines, **values)
        page = DeliveryQueries(context.database).page(wanted, PAGE_SIZE, request.args.get("after", ""))
        can_replay_all = wanted.choice() is not None
        return render_template(
            "deliveries.html",
            page=page,
            lines=[_line(row) for row in page.rows],
            can_replay_all=can_replay_all,
            **values,
        )

    app.add_url_rule("/deliveries", view_func=deliveries, methods=["GET"])


def wanted_deliveries(context: Context) -> DeliveryFilter:
    """Return the filter in the address of this request. Raises `IllegalRequest`."""
    text = request.args.get("order", "").strip()
    order = context.operations.find(text) if text else None
    return read_delivery_filter(request.args, order, ChoiceQueries(context.database).now())


def _line(row: DeliveryRow) -> Line:
    # A captured delivery has all of its headers in the detail.
    detail = "" if row.reason == QuarantineReason.CAPTURED else row.detail
    problem = problem_text(row.reason, detail) if row.reason else detail
    orders = [row.order] if row.order else []
    return Line(row, kind_of(row.outcome), problem, "".join(map(order_url, orders)), is_replayable(row, orders))


def _group_line(group: QuarantineGroup, wanted: DeliveryFilter) -> GroupLine:
    fields = {"source": group.source, "outcome": wanted.outcome or "quarantined", "reason": group.reason}
    meaning = QuarantineReason(group.reason).meaning if group.reason in set(QuarantineReason) else ""
    return GroupLine(
        group, meaning, f"/deliveries?{urlencode({name: value for name, value in fields.items() if value})}"
    )


def _query() -> str:
    """Return the filter as it is in the address, without the place in the list."""
    return urlencode(given(request.args, DELIVERY_FIELDS), doseq=True)


def _choices(context: Context) -> dict[str, object]:
    """Return what the fields of the form offer."""
    return {
        "sources": [*context.settings.sources, OPERATOR],
        "outcomes": STORED_OUTCOMES,
        "reasons": list(QuarantineReason),
    }
