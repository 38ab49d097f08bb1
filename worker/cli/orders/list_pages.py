"""Prints lists of orders, in pages, and their causes: as tables, or as JSON, which needs no tables."""

from collections.abc import Callable, Sequence
from functools import partial

import click

from worker.application.context import Context
from worker.cli.json_lines import Document, print_json_lines
from worker.cli.orders.documents import order_document
from worker.cli.paging import ListForm, print_pages
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
    """Print the orders that are *wanted*: see `print_pages` and `ListForm`."""
    queries = OrderQueries(context.database, context.policies)
    form = ListForm(partial(_print_table, context), partial(_print_json, context), if_none)
    print_pages(partial(queries.page, wanted), begin, form, is_all=is_all, as_json=as_json)


def _print_json(context: Context, page: OrderPage) -> None:
    print_json_lines(order_document(row, page.now, context.policy(row.order.key.account)) for row in page.rows)


def _print_table(context: Context, rows: Sequence[OrderRow], page: OrderPage) -> None:
    from worker.cli.orders.list_printing import print_orders

    print_orders(rows, page.now, context.policies)


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
