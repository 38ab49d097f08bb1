"""Prints orders for people, in 80 columns, with instants in UTC. *now* is the time of the database's clock."""

from collections.abc import Sequence

from rich.text import Text

from worker.cli.orders.timeline import Entry, timeline
from worker.cli.printing import MIN_WIDTH, STYLES, Page, make_facts, make_table, order_name, plain, print_table
from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.reasons import AuditAction
from worker.domain.snapshot import OrderRow, Snapshot, State
from worker.operations.instants import ago, moment, span, when


def print_orders(rows: Sequence[OrderRow], now: Instant, limit: int) -> None:
    """Print a list of orders. A list of *limit* rows says that it may have been cut."""
    table = make_table("ORDER", "STAGE", "STATE", "WHY, UNTIL WHEN", "CHANGED", wrapping="WHY, UNTIL WHEN")
    for row in rows:
        table.add_row(
            order_name(row.order.key),
            plain(row.order.stage or "–"),
            styled_state(row.state(now)),
            plain(_why(row, now)),
            plain(ago(row.updated_at, now)),
        )
    print_table(table, rows, "No such orders.")
    if len(rows) == limit:
        Page().print(f"These are the latest {limit}; --limit shows more.", style="dim")


def styled_state(state: State) -> Text:
    """Return the word of a state in its colour."""
    return Text(state, STYLES[state])


def _why(row: OrderRow, now: Instant) -> str:
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
    """Print an order's row and its timeline, of which at most the latest *limit* entries."""
    page, row, order, now = Page(MIN_WIDTH), snapshot.row, snapshot.order, snapshot.now
    page.print(
        make_facts(
            {
                "order": Text(str(order.key), "bold"),
                "state": Text.assemble(styled_state(snapshot.state), " ", plain(_why(row, now))),
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
    page.print()
    _print_timeline(page, timeline(snapshot), now, limit)


def _last_read(order: Order, now: Instant) -> dict[str, str]:
    if order.read_at is None:
        return {}
    if order.key.reference:
        return {"last searched": when(order.read_at, now)}
    return {"platform says": f"{order.status}, {when(order.read_at, now)}"}


def _print_timeline(page: Page, entries: Sequence[Entry], now: Instant, limit: int) -> None:
    table = make_table("UTC", "AGO", "WHAT", "", wrapping="")
    for entry in entries[-limit:]:
        at = moment(entry.at).removesuffix(" UTC")
        table.add_row(plain(at), plain(span(now - entry.at)), plain(entry.kind), plain(entry.text))
    if len(entries) > limit:
        page.print(f"{len(entries) - limit} earlier entries are left out; --limit shows them.", style="dim")
    page.print(table if entries else "Nothing has happened to it yet.")
