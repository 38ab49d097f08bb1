"""Orders as people read them, in 80 columns, with instants in UTC. *now* is the journal's clock, in microseconds."""

from collections.abc import Sequence

from rich.padding import Padding
from rich.text import Text

from worker.cli.orders.timeline import timeline
from worker.cli.printing import NARROWEST, STYLES, Page, facts, named, plain, print_table, table
from worker.domain.orders import Order
from worker.domain.snapshot import DISMISSED, OrderRow, Snapshot, State
from worker.operations.explain.explanation import Explanation
from worker.operations.instants import ago, moment, span, when


def print_orders(rows: Sequence[OrderRow], now: int, limit: int) -> None:
    """Print a list of orders; one of *limit* rows may have been cut, and says so."""
    made = table("ORDER", "PLACE", "STATE", "WHY, UNTIL WHEN", "CHANGED", wrapping="WHY, UNTIL WHEN")
    for row in rows:
        state = row.state(now)
        changed = ago(row.updated_at, now)
        made.add_row(
            named(row.order.key), plain(row.order.stage or "–"), _styled(state), plain(_why(row, now)), plain(changed)
        )
    print_table(made, rows, "No such orders.")
    if len(rows) == limit:
        Page().print(f"These are the latest {limit}; --limit shows more.", style="dim")


def _styled(state: State) -> Text:
    return Text(state, STYLES[state])


def _why(row: OrderRow, now: int) -> str:
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
            return DISMISSED if state is State.SETTLED and row.order.key.reference else ""


def print_order(snapshot: Snapshot, limit: int) -> None:
    """Print an order's row and its line of time, of which the latest *limit* entries are shown."""
    page, row, order, now = Page(NARROWEST), snapshot.row, snapshot.order, snapshot.now
    page.print(
        facts(
            {
                "order": Text(str(order.key), "bold"),
                "state": Text.assemble(_styled(snapshot.state), " ", plain(_why(row, now))),
                "number": order.number,
                "stage": order.stage,
                **_last_asked(order, now),
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
    entries = timeline(snapshot)
    made = table("UTC", "AGO", "WHAT", "", wrapping="")
    for entry in entries[-limit:]:
        made.add_row(
            plain(moment(entry.at).removesuffix(" UTC")),
            plain(span(now - entry.at)),
            plain(entry.kind),
            plain(entry.text),
        )
    page.print()
    if len(entries) > limit:
        page.print(f"{len(entries) - limit} earlier entries are left out; --limit shows them.", style="dim")
    page.print(made if entries else "Nothing has happened to it yet.")


def _last_asked(order: Order, now: int) -> dict[str, str]:
    if order.read_at is None:
        return {}
    if order.key.reference:
        return {"last searched": when(order.read_at, now)}
    return {"platform says": f"{order.status}, {when(order.read_at, now)}"}


def print_explanation(explanation: Explanation) -> None:
    """Print an explanation: sentences under five headings."""
    page = Page()
    heading = Text.assemble((str(explanation.order), "bold"), "  ", _styled(explanation.state))
    page.print(Text.assemble(heading, "  ", plain(explanation.reason)))
    for title, sentences in {
        "Where it is": explanation.where,
        "What the news says": explanation.evidence,
        "What follows": explanation.decision,
        "What was sent": explanation.calls,
        "What happens next": explanation.next,
    }.items():
        if sentences:
            page.print(Text(f"\n{title}", "bold"))
        for sentence in sentences:
            page.print(Padding(plain(sentence), (0, 0, 0, 2), expand=False))
