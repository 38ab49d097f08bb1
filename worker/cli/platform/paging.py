"""Reads the pages of a list up to a limit, and shows a progress bar on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from worker.order_api.clients import Page
from worker.processes.exits import print_error


def first_orders(pages: Iterable[Page], limit: int | None) -> Iterator[Page]:
    """Yield *pages* up to *limit* orders, by default all of them. No page is read after that."""
    left = sys.maxsize if limit is None else limit
    for page in pages:
        yield replace(page, orders=page.orders[:left], last=page.last and len(page.orders) <= left)
        left -= len(page.orders)
        if left <= 0:
            return


def with_remark(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield *pages*, and say on stderr at the end how many orders could not be read."""
    unreadable = 0
    for page in pages:
        unreadable += page.unreadable
        yield page
    if unreadable:
        orders = "1 order is" if unreadable == 1 else f"{unreadable} orders are"
        print_error(f"{orders} left out, because what the platform shows makes no sense")


def with_progress(pages: Iterator[Page], limit: int | None) -> Iterator[Page]:
    """Yield *pages*. If stderr is a terminal, a bar there shows how many of *limit* orders have been read.

    The bar is visible only while a page is read.
    """
    console = Console(stderr=True)
    columns = (TextColumn("orders read"), BarColumn(), MofNCompleteColumn())
    # The caller may have closed stderr.
    is_shown = sys.stderr and sys.stderr.isatty() and console.is_interactive
    bar = Progress(*columns, console=console, transient=True, disable=not is_shown)
    count, task = 0, bar.add_task("", total=limit)
    while True:
        with bar:
            page = next(pages, None)
        if page is None:
            return
        count += len(page.orders)
        total = limit if page.total is None else min(page.total, limit or page.total)
        bar.update(task, completed=count, total=total)
        yield page
