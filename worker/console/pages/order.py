"""One order: the answer of `explain`, the acts that its state allows, its facts, its parcels and its timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from worker.application.context import Context
from worker.application.deliveries.bodies import readable_body
from worker.application.deliveries.masking import mask_of
from worker.application.explaining import explain_snapshot
from worker.console.buttons import button_for
from worker.console.offers import offered_acts
from worker.console.parts import Parts
from worker.console.presentation.kinds import kind_of
from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.text import clean_text, is_printable
from worker.operations.acts import ACTS
from worker.operations.listing import lateness_of, reason_of
from worker.operations.parcels.parcels import parcels_of
from worker.operations.possible_acts import CREATING_ACTS
from worker.operations.timeline import Entry, timeline
from worker.store.queries.deliveries import DeliveryDetails, DeliveryQueries
from worker.store.queries.order_deliveries import deliveries_of

MAX_ENTRIES = 200
"""How many entries of a timeline a page shows: the latest."""
MAX_PARCELS = 100
"""How many parcels a page shows: those that were named first."""
MAX_BODIES = 20
"""Of how many deliveries a page shows the bodies: of the latest."""
MAX_BODY = 4_000
"""Characters of a body beside a timeline. The page of the delivery has more."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the timeline. *delivery* is what a delivery brought, as text; None for everything else."""

    entry: Entry
    kind: str
    delivery: DeliveryDetails | None = None
    body: str = ""


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*, under the order's key, and under any name of the order."""
    context = parts.context

    def order(account: str, order_id: str) -> ResponseReturnValue:
        return _page(context, OrderKey(account, order_id))

    def order_by_name() -> ResponseReturnValue:
        return _page(context, context.operations.find(request.args.get("order", "").strip()))

    app.add_url_rule("/orders/<account>/<order_id>", view_func=order, methods=["GET"])
    app.add_url_rule("/orders/-", view_func=order_by_name, methods=["GET"])


def _page(context: Context, key: OrderKey) -> ResponseReturnValue:
    snapshot = context.operations.store.snapshot(key) if is_printable(str(key)) else None
    if snapshot is None:
        return _unknown_page(context, key), HTTPStatus.NOT_FOUND
    policy = context.policy(key.account)
    explanation = explain_snapshot(context, snapshot)
    moments = list(_moments(context, snapshot))
    parcels = parcels_of(snapshot.events)
    return render_template(
        "order.html",
        snapshot=snapshot,
        explanation=explanation,
        sections=explanation.sections,
        button=button_for(explanation.answer.command),
        acts=offered_acts(context, snapshot),
        kind=kind_of(snapshot.state),
        kind_of=kind_of,
        reason=reason_of(snapshot.row, snapshot.now),
        lateness=lateness_of(snapshot.order, snapshot.now, policy),
        parcels=parcels[:MAX_PARCELS],
        more_parcels=max(0, len(parcels) - MAX_PARCELS),
        moments=moments[-MAX_ENTRIES:],
        left_out=max(0, len(moments) - MAX_ENTRIES),
    )


def _unknown_page(context: Context, key: OrderKey) -> str:
    """Say that the database does not have the order, and offer the acts that create one."""
    can_exist = is_printable(str(key)) and key.account in context.settings.accounts and not key.reference
    query = urlencode({"order": str(key)})
    return render_template(
        "order_unknown.html",
        name=clean_text(str(key)),
        acts=[(ACTS[name], f"/orders/-/{name}?{query}") for name in CREATING_ACTS] if can_exist else [],
    )


def _moments(context: Context, snapshot: Snapshot) -> Iterator[Moment]:
    """Yield the entries of the timeline, the oldest first; the latest deliveries have their bodies and headers."""
    entries = timeline(snapshot, deliveries_of(context.database, snapshot))
    shown = [entry.delivery_id for entry in entries if entry.kind == "delivery"][-MAX_BODIES:]
    queries = DeliveryQueries(context.database)
    for entry in entries:
        if entry.kind == "delivery" and entry.delivery_id in shown:
            yield _with_body(context, queries, entry)
        else:
            yield Moment(entry, kind_of(entry.kind))


def _with_body(context: Context, queries: DeliveryQueries, entry: Entry) -> Moment:
    try:
        _, delivery = queries.show(entry.delivery_id)
    except IllegalRequest as error:  # a body that this version cannot read
        return Moment(entry, "plain", body=str(error))
    if delivery is None or delivery.body is None:
        return Moment(entry, "plain", delivery)
    mask = mask_of(context.settings, delivery.row.source, delivery.body)
    return Moment(entry, "plain", delivery, readable_body(delivery.body, MAX_BODY, mask))
