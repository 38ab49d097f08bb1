"""The replay of deliveries: of one, of those that are selected on a page of the list, or of all that a filter chooses.

A request replays a limited number of them; its answer has a form that goes on with the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from worker.application.context import Context
from worker.application.deliveries.replays import ReplaySummary, carry_out_replays, plan_replays
from worker.console.acts.forms import note_of
from worker.console.acts.marks import does
from worker.console.parts import Parts, current_user
from worker.console.presentation.kinds import kind_of
from worker.console.query_strings import (
    DELIVERY_FIELDS,
    Fields,
    fields_of_request,
    given,
    read_delivery_filter,
    read_number,
    read_numbers,
)
from worker.domain.errors import IllegalRequest
from worker.domain.overview.choices import DeliveryChoice
from worker.operations.acts import ACTS, ActName
from worker.operations.instants import iso
from worker.store.queries.choices import ChoiceQueries

BATCH = 200
"""How many deliveries one request replays."""
SHOWN = 20
"""Of how many deliveries that a filter chooses a preview says what would happen."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: the deliveries *ids*, or all of *many*, which is None if there are ids."""

    ids: Sequence[int]
    many: DeliveryChoice | None


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the preview and the replay to *app*."""
    context = parts.context

    @does(ActName.REPLAY)
    def replay() -> ResponseReturnValue:
        fields = fields_of_request()
        choice = _read_choice(context, fields)
        answer = _replayed if request.method == "POST" else _preview_page
        return answer(context, fields, choice)

    app.add_url_rule("/deliveries/-/replay", view_func=replay, methods=["GET", "POST"])


def _read_choice(context: Context, fields: Fields) -> Choice:
    ids = read_numbers(fields, "id")
    if len(ids) > BATCH:
        raise IllegalRequest(f"these are more than {BATCH} deliveries: select fewer, or all that match a filter")
    if ids:
        return Choice(ids, None)
    many = read_delivery_filter(fields, None, ChoiceQueries(context.database).now()).choice()
    if many is None or fields.get("order"):
        raise IllegalRequest(
            "no delivery is selected: tick some; or choose quarantined or stale ones by a filter without order and peer"
        )
    return Choice((), many)


def _preview_page(context: Context, fields: Fields, choice: Choice) -> str:
    queries = ChoiceQueries(context.database)
    ids = islice(queries.delivery_ids(choice.many), SHOWN) if choice.many else choice.ids
    items = list(plan_replays(context, ids))
    total = queries.count_deliveries(choice.many) if choice.many else len(items)
    return render_template("replay.html", act=ACTS[ActName.REPLAY], items=items, total=total, **_values(fields, choice))


def _replayed(context: Context, fields: Fields, choice: Choice) -> str:
    """Replay the next deliveries, and say what became of each."""
    # The field `reason` is that of the filter, as on the command line.
    note = note_of(fields.get("note", "").strip(), current_user().name)
    ids, after = choice.ids, 0
    if choice.many:
        later = ChoiceQueries(context.database).delivery_ids(choice.many, read_number(fields, "after"))
        ids = list(islice(later, BATCH))
        after = ids[-1] if len(ids) == BATCH else 0
    items, summary = list(carry_out_replays(context, ids, note)), ReplaySummary()
    for item in items:
        summary.add(item)
    done = summary.outcomes.total() + read_number(fields, "done")
    return render_template(
        "replay_done.html",
        act=ACTS[ActName.REPLAY],
        items=items,
        summary=summary,
        done=done,
        after=after,
        **_values(fields, choice),
    )


def _values(fields: Fields, choice: Choice) -> dict[str, object]:
    """Return what each page of a replay shows, and the fields with which its form goes on."""
    kept = given(fields, [name for name in DELIVERY_FIELDS if name != "since"])
    if choice.many and choice.many.since:  # a duration would mean another time, later
        kept["since"] = [iso(choice.many.since) or ""]
    return {"ids": choice.ids, "kept": {} if choice.ids else kept, "fields": fields, "kind_of": kind_of, "batch": BATCH}
