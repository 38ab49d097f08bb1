"""The day on a terminal: a table for each shop, of its orders on their road, and the latest news below."""

from collections import deque
from collections.abc import Sequence
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from worker.cli.demo.clock import told
from worker.cli.demo.screen import Line
from worker.cli.demo.script import Tale
from worker.cli.demo.shops import SHOPS, Shop
from worker.cli.demo.watch import View
from worker.cli.printing import STYLES, Page, plain
from worker.domain.snapshot import OrderRow, State
from worker.domain.stages import STAGES, Stage

WIDTH, HEIGHT = 80, 23
"""The smallest terminal on which it can be read: both tables, and a little of the news."""
COLUMNS = (8, 21, 9, 10, 28)
MOST_NEWS = 20
AROUND = 3 + len(SHOPS)
"""Lines beside the tables' rows and the news: all headings, a gap, and the cursor's own."""


def fits(page: Page) -> bool:
    """Tell whether *page* is a terminal that can be drawn on, and large enough."""
    drawable = page.file.isatty() and page.is_terminal and not page.is_dumb_terminal
    return drawable and page.width >= WIDTH and page.height >= HEIGHT


class LiveTable:
    """Draws the orders of *day* anew whenever something is shown or told."""

    def __init__(self, page: Page, day: Sequence[Tale]) -> None:
        self._page, self._day = page, day
        self._news: deque[Line] = deque(maxlen=MOST_NEWS)
        self._live = Live(console=page, auto_refresh=False, vertical_overflow="crop")
        self._table: Group | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the table as the day's last word; its news has passed."""
        if self._table:
            self._live.update(self._table, refresh=True)
        self._live.stop()

    def tell(self, line: Line) -> None:
        self._news.append(line)
        self._draw()

    def show(self, view: View, clock: int) -> None:
        heading = Text.assemble((told(clock), "bold"), "  A day of two small shops")
        self._table = Group(heading, *(_orders(shop, self._day, view) for shop in SHOPS.values()))
        self._draw()

    def _draw(self) -> None:
        capacity = max(1, self._page.height - len(self._day) - AROUND)
        news = [Text(str(plain(line)), line.style, no_wrap=True, overflow="ellipsis") for line in self._news]
        parts: list[RenderableType] = [self._table, Text()] if self._table else []
        self._live.update(Group(*parts, *news[-capacity:]), refresh=True)


def _orders(shop: Shop, day: Sequence[Tale], view: View) -> Table:
    """Show the shop's orders: the platform's own words stand below its name."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    names = (shop.account, "its story", "road", shop.idiom.platform, "our journal")
    for name, width in zip(names, COLUMNS, strict=True):
        table.add_column(name, width=width, no_wrap=True, overflow="ellipsis")
    for tale in day:
        if tale.order.account == shop.account:
            shown, row = view.shown(tale.order), view.rows.get(tale.order)
            road = _road(shop.idiom.position(shown), row) if shown else Text()
            status = plain(shown.get("status"))
            table.add_row(tale.order.order_id, tale.title, road, status, _journal(row, view.now))
    return table


def _road(position: str, row: OrderRow | None) -> Text:
    """Draw how far the order has come; one that left the road, as far as our journal saw it come."""
    on_the_road = position in {*STAGES}
    stage = Stage(position) if on_the_road else (row and row.order.stage) or Stage.PENDING
    behind = STAGES.index(stage) + 1
    ahead = "─○" * (len(STAGES) - behind) if on_the_road else "─✗"
    return Text.assemble(("━".join("●" * behind), "green"), (ahead, "dim" if on_the_road else "red"))


def _journal(row: OrderRow | None, now: int) -> Text:
    """Say in a word or two whom or what our journal waits for."""
    if row is None:
        return Text()
    match state := row.state(now):
        case State.STOPPED:
            return plain(f"stop: {row.stop}", STYLES[state])
        case State.HELD:
            return plain(f"held: {row.held[0].reason}", STYLES[state])
        case State.WAITING:
            return plain(f"waits: {row.waiting}", STYLES[state])
        case State.DUE | State.LEASED:
            return plain("has its turn", STYLES[state])
        case _:
            return plain(state, STYLES[state])
