"""Reads the pages of a list: up to a limit, and with a progress bar on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from worker.order_api.clients import Page


def first_orders(pages: Iterable[Page], limit: int | None) -> Iterator[Page]:
    """Yield *pages* up to *limit* orders, and read no page after that."""
    left = sys.maxsize if limit is None else limit
    for page in pages:
        yield replace(page, orders=page.orders[:left], last=page.last and len(page.orders) <= left)
        left -= len(page.orders)
        if left <= 0:
            return


def with_progress(pages: Iterator[Page], limit: int | None) -> Iterator[Page]:
    """Yield *pages*. While one is read, a bar on stderr shows how many orders came, if stderr is a terminal.

    The bar is removed before anything else is printed.
    """
    console = Console(stderr=True)
    columns = (TextColumn("orders read"), BarColumn(), MofNCompleteColumn())
    # The caller may have closed stderr.
    is_shown = sys.stderr and sys.stderr.isatty() and console.is_interactive
    bar = Progress(*columns, console=console, transient=True, disable=not is_shown)
    read, task = 0, bar.add_task("", total=limit)
    while True:
        with bar:
            page = next(pages, None)
        if page is None:
            return
        read += len(page.orders)
        total = limit if page.total is None else min(page.total, limit or page.total)
        bar.update(task, completed=read, total=total)
        yield page
