"""Prints orders for people, in 80 columns, with times in UTC. *now* is the time of the database's clock."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.text import Text

from worker.cli.orders.timeline import Entry, timeline
from worker.cli.printing import MIN_WIDTH, STYLES, Output, make_facts, make_table, order_name, plain, print_table
from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.reasons import AuditAction
from worker.domain.snapshot import OrderRow, Snapshot, State
from worker.operations.instants import ago, moment, span, when

if TYPE_CHECKING:  # not imported for lists, which do not need it
    from worker.operations.explain.explanation import Explanation


def print_orders(rows: Sequence[OrderRow], now: Instant, limit: int) -> None:
    """Print a list of orders. If it has *limit* rows, a line says that there may be more."""
    table = make_table("ORDER", "STAGE", "STATE", "REASON, TIME", "CHANGED", wrapping="REASON, TIME")
    for row in rows:
        table.add_row(
            order_name(row.order.key),
            plain(row.order.stage or "–"),
            styled_state(row.state(now)),
            plain(_reason(row, now)),
            plain(ago(row.updated_at, now)),
        )
    print_table(table, rows, "No such orders.")
    if len(rows) == limit:
        Output().print(f"These are the latest {limit}; --limit shows more.", style="dim")


def styled_state(state: State) -> Text:
    """Return the word of a state in its colour."""
    return Text(state, STYLES[state])


def _reason(row: OrderRow, now: Instant) -> str:
    match row.state(now):
        case State.STOPPED:
            return row.stop
        case State.HELD:
            return ", ".join(hold.reason for hold in row.held)
        case State.WAITING:
            return f"{row.waiting}, {ago(row.due or now, now)}"
        case State.DUE:
            return f"for {span(now - (row.due or now))}"
        case State.CLOSED:
            return str(row.order.closed)
        case State.LEASED | State.SETTLED as state:
            return AuditAction.DISMISSED if state is State.SETTLED and row.order.key.reference else ""


def print_order(snapshot: Snapshot, limit: int) -> None:
    """Print an order's row and the latest *limit* entries of its timeline."""
    output, row, order, now = Output(MIN_WIDTH), snapshot.row, snapshot.order, snapshot.now
    output.print(
        make_facts(
            {
                "order": Text(str(order.key), "bold"),
                "state": Text.assemble(styled_state(snapshot.state), " ", plain(_reason(row, now))),
                "number": order.number,
                "stage": order.stage,
                **_last_read(order, now),
                "closed": order.closed,
                "why stopped": row.stop_detail,
                "stopped": when(row.stopped_at, now) if row.stopped_at is not None else "",
                "why waiting": row.waiting_detail,
                "due": when(row.due, now) if row.due is not None else "",
                "uncertain": f"the write of {order.sending}" if order.sending else "",
                "first seen": when(row.first_seen_at, now),
            }
        )
    )
    output.print()
    _print_timeline(output, timeline(snapshot), now, limit)


def _last_read(order: Order, now: Instant) -> dict[str, str]:
    if order.read_at is None:
        return {}
    if order.key.reference:
        return {"last searched": when(order.read_at, now)}
    return {"status": f"{order.status}, read {when(order.read_at, now)}"}


def _print_timeline(output: Output, entries: Sequence[Entry], now: Instant, limit: int) -> None:
    table = make_table("TIME (UTC)", "AGO", "KIND", "WHAT", wrapping="WHAT")
    for entry in entries[-limit:]:
        time = moment(entry.at).removesuffix(" UTC")
        table.add_row(plain(time), plain(span(now - entry.at)), plain(entry.kind), plain(entry.text))
    if len(entries) > limit:
        output.print(f"{len(entries) - limit} earlier entries are left out; --limit shows them.", style="dim")
    output.print(table if entries else "Nothing has happened to it yet.")


def print_explanation(explanation: "Explanation") -> None:
    """Print an explanation: sentences under five headings."""
    output = Output()
    heading = Text.assemble((str(explanation.order), "bold"), "  ", styled_state(explanation.state))
    output.print(Text.assemble(heading, "  ", plain(explanation.reason)))
    for title, sentences in {
        "Where it is": explanation.position,
        "What the events say": explanation.evidence,
        "What follows": explanation.plan,
        "What was sent": explanation.writes,
        "What happens next": explanation.next_steps,
    }.items():
        if sentences:
            output.print(Text(f"\n{title}", "bold"))
        for sentence in sentences:
            output.print(Padding(plain(sentence), (0, 0, 0, 2), expand=False))
