"""Prints orders for people, in 80 columns, with times in UTC. *now* is the time of the database's clock."""

from collections.abc import Sequence

from rich.text import Text

from worker.cli.printing import MIN_WIDTH, STYLES, Output, make_facts, make_table, plain
from worker.domain.instants import Instant
from worker.domain.orders import Order
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.operations.instants import moment, span, when
from worker.operations.listing import lateness_of, reason_of
from worker.operations.phrases import by_word_of
from worker.operations.timeline import Entry


def styled_state(state: State) -> Text:
    """Return the word of a state in its colour."""
    return Text(state, STYLES[state])


def print_order(snapshot: Snapshot, entries: Sequence[Entry], limit: int, policy: Policy) -> None:
    """Print an order's row and the latest *limit* of its timeline's *entries*. *policy* is that of its account."""
    output, row, order, now = Output(MIN_WIDTH), snapshot.row, snapshot.order, snapshot.now
    output.print(
        make_facts(
            {
                "order": plain(order.key, "bold"),
                "state": Text.assemble(styled_state(snapshot.state), " ", plain(reason_of(row, now))),
                "number": order.number,
                "carrier": _carrier(order),
                "stage": order.stage,
                "late": lateness_of(order, now, policy),
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
    _print_timeline(output, entries, now, limit)


def _carrier(order: Order) -> str:
    if order.carrier in {"", order.carrier_by}:
        return order.carrier
    return f"{order.carrier}, {by_word_of(order.carrier_by)}"


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
