"""Prints orders at a platform for people, in 80 columns."""

import json
from collections.abc import Iterable

from rich import box
from rich.table import Table
from rich.text import Text

from worker.cli.printing import MIN_WIDTH, Output, make_facts, plain
from worker.domain.orders import Payment
from worker.domain.text import visible
from worker.order_api.clients import Page, PlatformOrder

PAID = {Payment.PAID: "yes", Payment.UNPAID: "no", Payment.UNKNOWN: "–"}


def print_orders(pages: Iterable[Page], limit: int | None) -> None:
    """Print a list of orders, each page as soon as it is read. If *limit* cuts the list, the last line says so."""
    output, count, unreadable, page = Output(MIN_WIDTH), 0, 0, None
    for page in pages:
        unreadable += page.unreadable
        if page.orders:
            output.print(_table(page.orders, headed=not count))
        count += len(page.orders)
    if not (count or unreadable):
        output.print("No such orders.")
    elif page and count == limit and not page.last:
        of = "" if page.total is None else f" of {page.total}"
        output.print(f"These are the first {count}{of}; --limit or --all shows more.", style="dim")


def _table(orders: Iterable[PlatformOrder], *, headed: bool) -> Table:
    """Return a table of one page of a list. Its columns have the same widths on every page."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1), expand=True, show_header=headed)
    for name, share in {"ORDER": 4, "NUMBER": 3}.items():
        table.add_column(name, ratio=share, overflow="fold")
    for name, width in {"STATUS": 10, "STAGE": 9, "PAID": 4}.items():
        table.add_column(name, width=width, overflow="fold")
    table.add_column("TRACKING", ratio=3, overflow="fold")
    for order in orders:
        table.add_row(*map(plain, _row(order)))
    return table


def _row(order: PlatformOrder) -> tuple[str | None, ...]:
    reading = order.reading
    position = reading.position or "–"
    return order.order_id, reading.number, reading.status, position, PAID[reading.payment], reading.tracking


def print_order(account: str, order: PlatformOrder) -> None:
    """Print one order: our reading of it, and the whole document of the platform."""
    output, reading = Output(), order.reading
    output.print(
        make_facts(
            {
                "order": Text(f"{account}/{order.order_id}", "bold"),
                "number": reading.number,
                "status": reading.status,
                "stage": reading.position or "unknown",
                "paid": PAID[reading.payment],
                "tracking": f"{reading.tracking or ''} {reading.tracking_url}".strip(),
            }
        )
    )
    output.print()
    output.print(Text(visible(json.dumps(order.document, indent=2, ensure_ascii=False))))
