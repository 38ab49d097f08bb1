"""Acts on one order: a page with what would follow and a form, then the act, then what it has done."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from worker.application.context import Context
from worker.application.explaining import explain_snapshot
from worker.application.platform.looking import look_at
from worker.console.acts.forms import Filled, filled, note_of, require_ready
from worker.console.acts.marks import does
from worker.console.acts.parcels import PARCEL_ACTS
from worker.console.links import order_url
from worker.console.offers import acts_on_order
from worker.console.parts import Parts, current_user
from worker.console.presentation.kinds import kind_of
from worker.console.query_strings import Fields, fields_of_request
from worker.domain.errors import ApiError, IllegalRequest
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.stages import Stage
from worker.operations import closing, references
from worker.operations.acts import ACTS, ActName
from worker.operations.carriers import assign
from worker.operations.possible_acts import CREATING_ACTS, NEVER, PossibleAct, new_order
from worker.operations.previews import PREVIEWS, Preview

MAX_WAIT = 10 * SECOND
"""How long a request waits for the call budget, before it looks at the platform."""

Do = Callable[[Context, OrderKey, Filled, str, Fields], str]
"""Does an act on an order, with a form, the note for the audit log, and the other fields. Returns what follows."""


def _find(context: Context, key: OrderKey, form: Filled, note: str, fields: Fields) -> str:
    look = references.Look(partial(look_at, context, max_wait=MAX_WAIT), unseen=bool(fields.get("unseen")))
    return references.resolve(context.operations, key, fields.get("target", "").strip(), note, look, form.stop)


DO: Mapping[ActName, Do] = {
    ActName.ADVANCE: lambda context, key, form, note, _: context.operations.advance(
        key, Stage(form.choice), note, create=form.creates
    ),
    ActName.RETRY: lambda context, key, form, note, _: context.operations.retry(key, note, form.stop),
    ActName.RELEASE: lambda context, key, form, note, _: context.operations.release(key, note, form.stop),
    ActName.CLOSE: lambda context, key, form, note, _: closing.close(context.operations, key, note, form.stop),
    ActName.ASSIGN: lambda context, key, form, note, _: assign(
        context.operations, key, form.choice, note, create=form.creates
    ),
    ActName.FIND: _find,
    **PARCEL_ACTS,
}


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the form and the act to *app*, at one address for each act."""
    context = parts.context
    for name in DO:
        view = does(name)(partial(_answer, context, name))
        app.add_url_rule(f"/orders/-/{name}", endpoint=f"act_{name}", view_func=view, methods=["GET", "POST"])


def _answer(context: Context, name: ActName) -> ResponseReturnValue:
    """Show the form of the act *name*, or do it."""
    fields = fields_of_request()
    key = context.operations.find(fields.get("order", "").strip())
    snapshot = _look(context, name, key)
    possible = next((each for each in acts_on_order(context, snapshot) if each.name is name), None)
    if possible is None:
        return _impossible(context, name, snapshot)
    choice = _choice(possible, fields.get("choice", ""))
    foreseen = PREVIEWS[name](snapshot, choice, context.policy(key.account))
    if request.method != "POST":
        return _form_page(context, possible, snapshot, choice, foreseen)
    try:
        form = filled(fields)
        require_ready(form, snapshot, choice, foreseen)
        sentence = DO[name](context, key, form, note_of(form.reason, current_user().name), fields)
    except (IllegalRequest, ApiError) as error:
        page = _form_page(context, possible, snapshot, choice, foreseen, notice=f"{error}.")
        return page, HTTPStatus.CONFLICT
    return render_template("act_done.html", act=ACTS[name], sentence=sentence, key=key, url=order_url(key))


def _look(context: Context, name: ActName, key: OrderKey) -> Snapshot:
    """Return the order, or for an act that creates it, one that the database does not have."""
    if name in CREATING_ACTS and not key.reference:
        return context.operations.store.snapshot(key) or new_order(key, context.operations.intake.now())
    return context.operations.snapshot(key)


def _choice(possible: PossibleAct, wanted: str) -> str:
    """Return what was chosen, or the first of what can be chosen; empty if there is nothing to choose."""
    if not possible.choices:
        return ""
    return wanted if wanted in possible.choices else possible.choices[0]


def _form_page(
    context: Context, possible: PossibleAct, snapshot: Snapshot, choice: str, foreseen: Preview, notice: str = ""
) -> str:
    return render_template(
        "act.html",
        act=ACTS[possible.name],
        possible=possible,
        snapshot=snapshot,
        kind=kind_of(snapshot.state),
        explanation=explain_snapshot(context, snapshot) if snapshot.row.updated_at != NEVER else None,
        choice=choice,
        foreseen=foreseen,
        notice=notice,
        url=order_url(snapshot.order.key),
        fields=fields_of_request(),
    )


def _impossible(context: Context, name: ActName, snapshot: Snapshot) -> tuple[str, int]:
    """Say that the state of the order does not allow the act, any more perhaps."""
    page = render_template(
        "act_impossible.html",
        act=ACTS[name],
        snapshot=snapshot,
        kind=kind_of(snapshot.state),
        explanation=explain_snapshot(context, snapshot),
        url=order_url(snapshot.order.key),
    )
    return page, HTTPStatus.CONFLICT
