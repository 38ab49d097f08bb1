"""Orders at a platform: as people read them, in 80 columns and while they come, and as programs read them."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from worker.cli import printing
from worker.cli.documents import Document
from worker.cli.printing import facts, plain, visible
from worker.domain.stages import Stage, TerminalStatus
from worker.order_api.clients import Page, PlatformOrder

PAID = {True: "yes", False: "no", None: "–"}


def platform_document(account: str, shown: PlatformOrder) -> Document:
    """Return one order: what we read from it, and the document as the platform sent it. These keys are contract, too.

    *stage* is null where the order is off the road, or in a status that we do not know.
    """
    reading = shown.reading
    return {
        "account": account,
        "order": shown.order_id,
        "number": reading.number or None,
        "status": reading.status,
        "stage": reading.position if isinstance(reading.position, Stage) else None,
        "closed": reading.position if reading.position in {*TerminalStatus, Stage.COMPLETED} else None,
        "paid": reading.paid,
        "tracking": reading.tracking or None,
        "document": shown.document,
    }


def cut(pages: Iterable[Page], limit: int | None) -> Iterator[Page]:
    """Yield *pages* up to *limit* orders, and ask for no page beyond."""
    left = sys.maxsize if limit is None else limit
    for page in pages:
        yield replace(page, orders=page.orders[:left], last=page.last and len(page.orders) <= left)
        left -= len(page.orders)
        if left <= 0:
            return


def watched(pages: Iterator[Page], limit: int | None) -> Iterator[Page]:
    """Yield *pages*; while one is on its way, a bar on stderr tells how far we are, if that is a terminal.

    The bar is gone before anything else is printed.
    """
    console = Console(stderr=True)
    columns = (TextColumn("orders read"), BarColumn(), MofNCompleteColumn())
    is_watched = sys.stderr and sys.stderr.isatty() and console.is_interactive  # a caller may have closed it
    bar = Progress(*columns, console=console, transient=True, disable=not is_watched)
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


def print_orders(pages: Iterable[Page], limit: int | None) -> None:
    """Print a list of orders, each page as it comes; one that was cut at *limit* says so."""
    out, count, page = printing.Page(printing.NARROWEST), 0, None
    for page in pages:
        if page.orders:
            out.print(_table(page.orders, headed=not count))
        count += len(page.orders)
    if not count:
        out.print("No such orders.")
    elif page and count == limit and not page.last:
        of = "" if page.total is None else f" of {page.total}"
        out.print(f"These are the first {count}{of}; --limit or --all shows more.", style="dim")


def _table(orders: Iterable[PlatformOrder], *, headed: bool) -> Table:
    """Make a table whose columns are as wide on every page of a list."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), expand=True, show_header=headed)
    for name, share in {"ORDER": 4, "NUMBER": 3}.items():
        made.add_column(name, ratio=share, overflow="fold")
    for name, width in {"STATUS": 10, "PLACE": 9, "PAID": 4}.items():
        made.add_column(name, width=width, overflow="fold")
    made.add_column("TRACKING", ratio=3, overflow="fold")
    for shown in orders:
        reading = shown.reading
        stage = reading.position or "–"
        made.add_row(
            *map(plain, (shown.order_id, reading.number, reading.status, stage, PAID[reading.paid], reading.tracking))
        )
    return made


def print_order(account: str, shown: PlatformOrder) -> None:
    """Print one order: what we read from it, and the whole document."""
    page, reading = printing.Page(), shown.reading
    page.print(
        facts(
            {
                "order": Text(f"{account}/{shown.order_id}", "bold"),
                "number": reading.number,
                "platform says": reading.status,
                "stage": reading.position or "unknown",
                "paid": PAID[reading.paid],
                "tracking": f"{reading.tracking or ''} {reading.tracking_url}".strip(),
            }
        )
    )
    page.print()
    page.print(Text(visible(json.dumps(shown.document, indent=2, ensure_ascii=False))))
