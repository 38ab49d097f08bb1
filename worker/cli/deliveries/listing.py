"""Prints lists of deliveries, in pages: as tables, or as JSON, which needs no tables."""

from collections.abc import Callable, Sequence
from functools import partial

from worker.application.context import Context
from worker.cli.deliveries.documents import delivery_document
from worker.cli.json_lines import print_json_lines
from worker.cli.paging import ListForm, print_pages
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
    """Print the deliveries that are *wanted*: see `print_pages` and `ListForm`."""
    queries = DeliveryQueries(context.database)
    form = ListForm(_print_table, _print_json, if_none)
    print_pages(partial(queries.page, wanted), begin, form, is_all=is_all, as_json=as_json)


def _print_json(page: DeliveryPage) -> None:
    print_json_lines(map(delivery_document, page.rows))


def _print_table(rows: Sequence[DeliveryRow], _page: DeliveryPage) -> None:
    from worker.cli.deliveries.printing import print_deliveries

    print_deliveries(rows)
