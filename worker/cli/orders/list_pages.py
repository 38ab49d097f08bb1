"""Prints lists of orders, in pages, and their causes: as tables, or as JSON, which needs no tables."""

from collections.abc import Callable
from functools import partial

import click

from worker.application.context import Context
from worker.cli.json_lines import Document, print_json_lines
from worker.cli.orders.documents import order_document
from worker.cli.paging import end_of_list, pages
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.snapshot import OrderRow
from worker.operations.instants import iso
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
    for page in pages(partial(queries.page, wanted), limit, after, is_all=is_all):
        count += len(page.rows)
        if as_json:
            print_json_lines(order_document(row, page.now, context.policy(row.order.key.account)) for row in page.rows)
        elif is_all and page.rows:
            _print_table(context, page)
        else:
            rows += page.rows
    if not count:
        if_none()
    if not as_json and (rows or not count):
        _print_table(context, OrderPage(page.now, rows))
    if sentence := end_of_list(page, limit, is_all=is_all):
        click.echo(sentence, err=as_json)


def _print_table(context: Context, page: OrderPage) -> None:
    from worker.cli.orders.list_printing import print_orders

    print_orders(page.rows, page.now, context.policies)


def print_causes(context: Context, wanted: OrderFilter, limit: int, *, as_json: bool) -> int:
    """Print what the *wanted* orders wait for, the most frequent cause first; at most *limit* causes."""
    found = OrderQueries(context.database, context.policies).causes(wanted)
    causes, has_more = found.causes[:limit], found.is_cut or len(found.causes) > limit
    if as_json:
        print_json_lines(map(_document, causes))
    else:
        from worker.cli.orders.list_printing import print_causes_of

        print_causes_of(causes, found.now, has_more=has_more)
    if has_more:
        left_out = "There are more: only the latest orders, or the most frequent causes, are counted."
        click.echo(left_out, err=as_json)
    return WELL


def _document(cause: Cause) -> Document:
    return {
        "state": cause.state,
        "account": cause.account or None,
        "reason": cause.reason or None,
        "detail": cause.detail or None,
        "count": cause.count,
        "oldest": iso(cause.oldest),
    }
