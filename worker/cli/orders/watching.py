"""`orders list --watch`: shows a list again and again, until Ctrl-C."""

import sys
from collections.abc import Iterator, Sequence
from functools import partial

import click
from rich.console import Group
from rich.live import Live
from rich.text import Text

from worker.application.context import Context
from worker.cli.confirmation import is_terminal
from worker.cli.json_lines import print_json
from worker.cli.looking import look_again
from worker.cli.orders.documents import order_document
from worker.cli.orders.list_printing import orders_table
from worker.cli.paging import pages
from worker.cli.printing import MIN_WIDTH, Output
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.snapshot import OrderRow
from worker.domain.text import visible
from worker.operations.instants import moment
from worker.operations.listing import reason_of
from worker.processes.exits import INTERRUPTED
from worker.store.queries.orders import OrderPage, OrderQueries

PAUSE_SECONDS = 2.0
"""Between two looks."""


def watch_orders(context: Context, wanted: OrderFilter, limit: int, *, as_json: bool) -> int:
    """Show the latest *limit* orders that are *wanted*, until Ctrl-C, and return the exit code.

    A terminal has the list as it is now. In a pipe, and on a terminal where no list can be drawn again, there is a line
    for each order that is new in the list or has changed, and one for each that has left it.
    """
    looks = look_again(partial(_latest, context, wanted, limit), lambda: PAUSE_SECONDS)
    try:
        if as_json or not _can_redraw():
            _print_changes(context, looks, as_json=as_json)
        else:
            _redraw(context, looks)
    except KeyboardInterrupt:  # it is how the command ends
        return INTERRUPTED
    return INTERRUPTED


def _can_redraw() -> bool:
    """Tell whether stdout is a terminal that can replace lines, and is wide enough for those of the list."""
    output = Output()
    return is_terminal(sys.stdout) and not output.is_dumb_terminal and output.width >= MIN_WIDTH


def _latest(context: Context, wanted: OrderFilter, limit: int) -> OrderPage:
    queries = OrderQueries(context.database, context.policies)
    found = list(pages(partial(queries.page, wanted), limit, "", is_all=False))
    return OrderPage(found[-1].now, [row for page in found for row in page.rows])


def _redraw(context: Context, looks: Iterator[OrderPage]) -> None:
    output = Output(MIN_WIDTH)
    with Live(console=output, auto_refresh=False, vertical_overflow="crop") as live:
        for page in looks:
            title = Text(f"{moment(page.now)}, until Ctrl-C", style="dim")
            table = orders_table(page.rows, page.now, context.policies) if page.rows else "No such orders."
            live.update(Group(title, table), refresh=True)


def _print_changes(context: Context, looks: Iterator[OrderPage], *, as_json: bool) -> None:
    known: dict[OrderKey, object] = {}
    for page in looks:
        rows = {row.order.key: row for row in reversed(page.rows)}
        for key, row in rows.items():
            state = (row.state(page.now), row.order.stage, row.stop, row.waiting, row.updated_at)
            if known.get(key) == state:
                continue
            known[key] = state
            if as_json:
                print_json(order_document(row, page.now, context.policy(key.account)))
            else:
                click.echo(visible(" ".join(_words(row, page))))
        for key in known.keys() - rows.keys():
            del known[key]
            if not as_json:
                click.echo(visible(f"{moment(page.now)} {key} has left the list"))
        sys.stdout.flush()


def _words(row: OrderRow, page: OrderPage) -> Sequence[str]:
    stage = row.order.stage or "–"
    return [*filter(None, (moment(page.now), str(row.order.key), stage, row.state(page.now), reason_of(row, page.now)))]
