"""One act on many orders: those that are selected on a page of the list, or all that a filter chooses.

A request acts on a limited number of them; its answer has a form that goes on with the others. Nothing runs behind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

from worker.application.context import Context
from worker.console.acts.forms import note_of
from worker.console.acts.marks import does
from worker.console.links import order_url
from worker.console.parts import Parts, current_user
from worker.console.presentation.kinds import kind_of
from worker.console.query_strings import ORDER_FIELDS, Fields, fields_of_request, given, read_number, read_order_filter
from worker.domain.errors import IllegalRequest
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.snapshot import Snapshot
from worker.operations.acts import ACTS, ActName
from worker.operations.bulk import Act, ItemResult, acts_on_all, carry_out, plan
from worker.operations.instants import iso
from worker.operations.previews import preview
from worker.store.queries.choices import ChoiceQueries
from worker.store.queries.orders import OrderQueries

BATCH = 200
"""On how many orders one request acts."""
SHOWN = 20
"""Of how many orders that a filter chooses a preview says what would happen."""
ACT_OF: Mapping[ActName, Act] = {
    ActName.RELEASE: Act.RELEASE,
    ActName.RETRY: Act.RETRY,
    ActName.CLOSE: Act.CLOSE,
}
"""The acts that can be done to many orders."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen: the orders *keys*, or all that *wanted* chooses. *seen_at* is when the person has looked."""

    keys: Sequence[OrderKey]
    wanted: OrderFilter
    seen_at: Instant


def add_routes(app: Flask, parts: Parts) -> None:
    """Add the preview and the act to *app*, at one address for each act."""
    for name, act in ACT_OF.items():
        view = does(name)(partial(_answer, parts.context, name, act))
        app.add_url_rule(f"/orders/-/many/{act}", endpoint=f"many_{act}", view_func=view, methods=["GET", "POST"])


def _answer(context: Context, name: ActName, act: Act) -> ResponseReturnValue:
    """Show what *act* would do to what is chosen, or do it to the next ones."""
    fields = fields_of_request()
    choice = _read_choice(context, fields, act)
    if request.method != "POST":
        return _preview_page(context, name, act, choice)
    snapshots, after = _next_orders(context, choice, fields.get("after", ""))
    note = note_of(fields.get("reason", "").strip(), current_user().name)
    if not fields.get("sure") and _is_final(context, act, snapshots):
        raise IllegalRequest("this completes orders, which cannot be undone: tick the box to confirm it")
    operations = context.operations
    items = list(carry_out(snapshots, act, note, operations.store, operations.wake_ups, choice.seen_at))
    done = sum(item.result is ItemResult.DONE for item in items)
    return render_template(
        "many_done.html",
        act=ACTS[name],
        items=items,
        done=done + read_number(fields, "done"),
        skipped=len(items) - done + read_number(fields, "skipped"),
        after=after,
        **_values(fields, choice),
    )


def _read_choice(context: Context, fields: Fields, act: Act) -> Choice:
    now = ChoiceQueries(context.database).now()
    seen_at = read_number(fields, "seen_at") or now
    names = list(dict.fromkeys(fields.getlist("order")))
    if len(names) > BATCH:
        raise IllegalRequest(f"these are more than {BATCH} orders: select fewer, or all that match a filter")
    keys = [context.operations.find(name) for name in names]
    wanted = read_order_filter(fields, now)
    if not keys and act not in acts_on_all(wanted.states):
        raise IllegalRequest("no order is selected: tick some, or choose stopped or waiting orders by a filter")
    return Choice(keys, wanted, min(seen_at, now))


def _preview_page(context: Context, name: ActName, act: Act, choice: Choice) -> str:
    queries = OrderQueries(context.database, context.policies)
    causes = None if choice.keys else queries.causes(choice.wanted)
    keys = choice.keys or [row.order.key for row in queries.page(choice.wanted, SHOWN).rows]
    snapshots = list(_snapshots(context, keys))
    total = sum(cause.count for cause in causes.causes) if causes else len(snapshots)
    # Of a filter's many orders, not all are looked at here: any of them may be completed, unless they are closed.
    is_final = act is not Act.CLOSE and (total > len(snapshots) or _is_final(context, act, snapshots))
    return render_template(
        "many.html",
        act=ACTS[name],
        items=list(plan(snapshots, act, context.policies)),
        causes=causes,
        total=total,
        is_final=is_final,
        **_values(fields_of_request(), choice),
    )


def _values(fields: Fields, choice: Choice) -> dict[str, object]:
    """Return what each page of a bulk act shows, and the fields with which its form goes on."""
    kept = given(fields, [name for name in ORDER_FIELDS if name != "since"])
    if choice.wanted.since is not None:  # a duration would mean another time, later
        kept["since"] = [iso(choice.wanted.since) or ""]
    return {
        "keys": choice.keys,
        "kept": {} if choice.keys else kept,
        "seen_at": choice.seen_at,
        "fields": fields,
        "kind_of": kind_of,
        "order_url": order_url,
        "batch": BATCH,
    }


def _next_orders(context: Context, choice: Choice, after: str) -> tuple[list[Snapshot], str]:
    """Return the orders on which this request acts, and the place where the next one goes on; empty at the end."""
    if choice.keys:
        return list(_snapshots(context, choice.keys)), ""
    page = OrderQueries(context.database, context.policies).page(choice.wanted, BATCH, after)
    return list(_snapshots(context, [row.order.key for row in page.rows])), page.next


def _snapshots(context: Context, keys: Sequence[OrderKey]) -> Iterator[Snapshot]:
    store = context.operations.store
    yield from filter(None, map(store.snapshot, keys))


def _is_final(context: Context, act: Act, snapshots: Sequence[Snapshot]) -> bool:
    """Tell whether the act completes one of these orders."""
    policies = ((snapshot, context.policy(snapshot.order.key.account)) for snapshot in snapshots)
    return any(preview(snapshot, act, policy).is_final for snapshot, policy in policies)
