"""Prints lists of deliveries, in pages."""

from collections.abc import Callable, Sequence
from functools import partial

import click

from worker.application.context import Context
from worker.cli.deliveries.documents import delivery_document
from worker.cli.json_lines import print_json_lines
from worker.cli.paging import end_of_list, pages
from worker.domain.overview.filters import DeliveryFilter
from worker.store.queries.deliveries import DeliveryPage, DeliveryQueries, DeliveryRow


def print_list(
    context: Context,
    wanted: DeliveryFilter,
    begin: tuple[int, str],
    if_none: Callable[[], object],
    *,
    is_all: bool,
    as_json: bool,
) -> None:
    """Print the deliveries that are *wanted*. *begin* says how many at most, if not all, and behind which cursor.

    If there are none, *if_none* may raise an error that says why. At the end, a line says how the list goes on: on
    stderr, if it is JSON.
    """
    limit, after = begin
    queries, count = DeliveryQueries(context.database), 0
    rows, page = list[DeliveryRow](), DeliveryPage(0, ())
    for page in pages(partial(queries.page, wanted), limit, after, is_all=is_all):
        count += len(page.rows)
        if as_json:
            print_json_lines(map(delivery_document, page.rows))
        elif is_all and page.rows:
            _print_table(page.rows)
        else:
            rows += page.rows
    if not count:
        if_none()
    if not as_json and (rows or not count):
        _print_table(rows)
    if sentence := end_of_list(page, limit, is_all=is_all):
        click.echo(sentence, err=as_json)


def _print_table(rows: Sequence[DeliveryRow]) -> None:
    from worker.cli.deliveries.printing import print_deliveries  # JSON needs no tables

    print_deliveries(rows)
