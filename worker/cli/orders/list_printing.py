"""Prints tables of orders and of their causes for people, in 80 columns. *now* is the time of the database's clock."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from worker.cli.orders.printing import styled_state
from worker.cli.printing import make_table, order_name, plain, print_sentence, print_table
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import OrderRow
from worker.domain.policy import Policy
from worker.operations.instants import ago
from worker.operations.listing import lateness_of, reason_of
from worker.operations.phrases import counted
from worker.store.queries.causes import Cause


def print_orders(rows: Sequence[OrderRow], now: Instant, policies: Mapping[str, Policy]) -> None:
    """Print a table of orders. *policies* are by account."""
    print_table(orders_table(rows, now, policies), rows, "No such orders.")


def orders_table(rows: Sequence[OrderRow], now: Instant, policies: Mapping[str, Policy]) -> Table:
    """Return the table of `print_orders`."""
    table = make_table("ORDER", "STAGE", "STATE", "REASON, TIME", "CHANGED", wrapping="REASON, TIME")
    for row in rows:
        lateness = lateness_of(row.order, now, policies.get(row.order.key.account, Policy()))
        table.add_row(
            order_name(row.order.key),
            plain(row.order.stage or "–"),
            styled_state(row.state(now)),
            plain(", ".join(filter(None, (reason_of(row, now), lateness)))),
            plain(ago(row.updated_at, now)),
        )
    return table


def print_causes_of(causes: Sequence[Cause], now: Instant, *, has_more: bool) -> None:
    """Print a table of causes, and how many orders have them if there are no more."""
    table = make_table("ORDERS", "STATE", "CAUSE", "OLDEST", wrapping="CAUSE")
    for cause in causes:
        reason = f"{cause.account}: {cause.reason}" if cause.account else cause.reason
        text = plain(": ".join(filter(None, (reason, cause.detail))))
        table.add_row(plain(cause.count), styled_state(cause.state), text, plain(ago(cause.oldest, now)))
    print_table(table, causes, "No order is stopped, and none waits.")
    if causes and not has_more:
        total = counted(sum(cause.count for cause in causes), "order", "orders")
        print_sentence(f"{total}. Those of one cause: fulfillment orders list --state STATE --matching TEXT")
