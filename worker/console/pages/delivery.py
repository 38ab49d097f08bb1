"""One delivery: what came, with its headers and its body; what was read from it; and what could not be used."""

from http import HTTPStatus

from flask import Flask, abort, render_template

from worker.application.context import Context
from worker.application.deliveries.bodies import readable_body
from worker.application.deliveries.finding import find_delivery
from worker.application.deliveries.masking import mask_of
from worker.application.deliveries.problems import is_healed, taken_in
from worker.application.deliveries.replays import ReplayItem, Replays, is_replayable, plan_replay
from worker.application.deliveries.rereading import problems_of
from worker.console.links import order_url
from worker.console.parts import Parts
from worker.console.presentation.kinds import kind_of
from worker.domain.errors import IllegalRequest
from worker.domain.reasons import DeliveryOutcome
from worker.store.queries.deliveries import DeliveryDetails

MAX_BODY = 65_536
"""Characters of a body that the page shows."""
MAX_PROBLEMS = 50
"""How many elements that cannot be used the page names."""


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the page to *app*."""
    context = parts.context

    def delivery(delivery_id: int) -> str:
        try:
            now, details = find_delivery(context.database, delivery_id)
        except IllegalRequest as error:
            abort(HTTPStatus.NOT_FOUND, f"{str(error)[:1].upper()}{str(error)[1:]}.")
        is_quarantined = details.row.outcome == DeliveryOutcome.QUARANTINED
        problems = problems_of(context.settings, details) if is_quarantined else None
        return render_template(
            "delivery.html",
            delivery=details,
            now=now,
            kind=kind_of(details.row.outcome),
            kind_of=kind_of,
            body=_body(context, details),
            problems=(problems or [])[:MAX_PROBLEMS],
            left_out=max(0, len(problems or ()) - MAX_PROBLEMS),
            is_healed=is_healed(problems, details.row.reason),
            taken_in=taken_in(len(details.events)),
            replay=_replay(context, details),
            order_url=order_url,
        )

    # Ids are SQLite's and PostgreSQL's numbers of 63 bits.
    app.add_url_rule(f"/deliveries/<int(max={2**63 - 1}):delivery_id>", view_func=delivery, methods=["GET"])


def _body(context: Context, details: DeliveryDetails) -> str:
    if details.body is None:
        return ""
    return readable_body(details.body, MAX_BODY, mask_of(context.settings, details.row.source, details.body))


def _replay(context: Context, details: DeliveryDetails) -> ReplayItem | None:
    """Return what a replay would do; None if there is nothing to replay."""
    can_replay = is_replayable(details.row, (event.order for event in details.events))
    return plan_replay(Replays(context), details) if can_replay else None
