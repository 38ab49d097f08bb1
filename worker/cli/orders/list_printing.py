"""Prints lists of orders for people, in 80 columns, with times in UTC; or as JSON."""

from collections.abc import Callable, Mapping, Sequence

import click
from rich.table import Table

from worker.application.context import Context
from worker.cli.json_lines import Document, print_json_lines
from worker.cli.orders.documents import order_document
from worker.cli.orders.printing import styled_state
from worker.cli.paging import end_of_list, pages
from worker.cli.printing import make_table, order_name, plain, print_table
from worker.domain.instants import Instant
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.snapshot import OrderRow
from worker.domain.policy import Policy
from worker.operations.instants import ago, iso
from worker.operations.listing import lateness_of, reason_of
from worker.operations.phrases import counted
from worker.processes.exits import WELL
from worker.store.queries.causes import Cause
from worker.store.queries.orders import OrderPage, OrderQueries


def print_list(
    context: Context,
    wanted: OrderFilter,
    begin: tuple[int, str],
    if_none: Callable[[], object],
    *,
    is_all: bool,
    as_json: bool,
) -> None:
    """Print the orders that are *wanted*. *begin* says how many at most, if not all, and behind which cursor.

    If there are none, *if_none* may raise an error that says why. At the end, a line says how the list goes on: on
    stderr, if it is JSON.
    """
    limit, after = begin
    queries, count = OrderQueries(context.database, context.policies), 0
    rows, page = list[OrderRow](), OrderPage(0, ())
    for page in pages(lambda size, cursor: queries.page(wanted, size, cursor), limit, after, is_all=is_all):
        count += len(page.rows)
        if as_json:
            print_json_lines(order_document(row, page.now, context.policy(row.order.key.account)) for row in page.rows)
        elif is_all:
            if page.rows:
                print_orders(page.rows, page.now, context.policies)
        else:
            rows += page.rows
    if not count:
        if_none()
    if not as_json and (rows or not count):
        print_orders(rows, page.now, context.policies)
    if sentence := end_of_list(page, limit, is_all=is_all):
        click.echo(sentence, err=as_json)


def print_orders(rows: Sequence[OrderRow], now: Instant, policies: Mapping[str, Policy]) -> None:
    """Print a table of orders. *now* is the time of the database's clock, *policies* are by account."""
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


def print_causes(context: Context, wanted: OrderFilter, limit: int, *, as_json: bool) -> int:
    """Print what the *wanted* orders wait for, the most frequent cause first; at most *limit* causes."""
    found = OrderQueries(context.database, context.policies).causes(wanted)
    causes = found.causes[:limit]
    if as_json:
        print_json_lines(map(_document, causes))
    else:
        table = make_table("ORDERS", "STATE", "CAUSE", "OLDEST", wrapping="CAUSE")
        for cause in causes:
            since = plain(ago(cause.oldest, found.now))
            table.add_row(plain(cause.count), styled_state(cause.state), plain(_text(cause)), since)
        print_table(table, causes, "No order is stopped, and none waits.")
    if found.is_cut or len(found.causes) > limit:
        left_out = "There are more: only the latest orders, or the most frequent causes, are counted."
        click.echo(left_out, err=as_json)
    elif not as_json and causes:
        total = counted(sum(cause.count for cause in causes), "order", "orders")
        click.echo(f"{total}. Those of one cause: fulfillment orders list --state STATE --matching TEXT")
    return WELL


def _text(cause: Cause) -> str:
    reason = f"{cause.account}: {cause.reason}" if cause.account else cause.reason
    return ": ".join(filter(None, (reason, cause.detail)))


def _document(cause: Cause) -> Document:
    return {
        "state": cause.state,
        "account": cause.account or None,
        "reason": cause.reason or None,
        "detail": cause.detail or None,
        "count": cause.count,
        "oldest": iso(cause.oldest),
    }
