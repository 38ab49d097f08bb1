"""Shows the day while it runs: tables of the orders on a terminal, plain lines elsewhere."""

from collections import deque
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol, Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from worker.cli.demo.progress import Line, View
from worker.cli.demo.script import Scenario
from worker.cli.demo.shops import SHOPS, Shop
from worker.cli.demo.timing import clock_text
from worker.cli.printing import STYLES, Output, plain
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.stages import STAGES, Stage

MIN_WIDTH, MIN_HEIGHT = 80, 23
"""The smallest terminal for the tables and a few lines below them."""
COLUMNS = (8, 21, 9, 10, 28)
MAX_LINES = 20
OTHER_ROWS = 3 + len(SHOPS)
"""Rows that are neither orders nor lines: the headings, an empty row, and the row of the cursor."""


class Screen(AbstractContextManager["Screen"], Protocol):
    """Shows the day while it runs."""

    def add(self, line: Line) -> None:
        """Add a line."""

    def show(self, view: View, minutes: int) -> None:
        """Show the orders, at the time *minutes* of the demo day."""


def open_screen(output: Output, day: Sequence[Scenario]) -> Screen:
    """Return the screen for *output*: tables if it is a large terminal that can redraw lines, else plain lines."""
    can_redraw = output.file.isatty() and output.is_terminal and not output.is_dumb_terminal
    fits = output.width >= MIN_WIDTH and output.height >= MIN_HEIGHT
    return LiveTables(output, day) if can_redraw and fits else PlainLines(output)


class PlainLines:
    """Prints each line once."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing needs to be closed."""

    def add(self, line: Line) -> None:
        self._output.print(plain(line, line.style), soft_wrap=True)

    def show(self, view: View, minutes: int) -> None:
        """Print nothing, because each change has a line."""


class LiveTables:
    """Draws a table for each shop, with the newest lines below them. Redraws everything after each change."""

    def __init__(self, output: Output, day: Sequence[Scenario]) -> None:
        self._output, self._day = output, day
        self._lines: deque[Line] = deque(maxlen=MAX_LINES)
        self._live = Live(console=output, auto_refresh=False, vertical_overflow="crop")
        self._tables: Group | None = None

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the tables on the terminal, without the lines."""
        if self._tables:
            self._live.update(self._tables, refresh=True)
        self._live.stop()

    def add(self, line: Line) -> None:
        self._lines.append(line)
        self._draw()

    def show(self, view: View, minutes: int) -> None:
        heading = Text.assemble((clock_text(minutes), "bold"), "  A day of two small shops")
        self._tables = Group(heading, *(_table(shop, self._day, view) for shop in SHOPS.values()))
        self._draw()

    def _draw(self) -> None:
        capacity = max(1, self._output.height - len(self._day) - OTHER_ROWS)
        lines = [Text(str(plain(line)), line.style, no_wrap=True, overflow="ellipsis") for line in self._lines]
        parts: list[RenderableType] = [self._tables, Text()] if self._tables else []
        self._live.update(Group(*parts, *lines[-capacity:]), refresh=True)


def _table(shop: Shop, day: Sequence[Scenario], view: View) -> Table:
    """Return the table of the shop's orders. The column with the platform's name has the platform's statuses."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    names = (shop.account, "scenario", "stage", shop.platform.name, "database")
    for name, width in zip(names, COLUMNS, strict=True):
        table.add_column(name, width=width, no_wrap=True, overflow="ellipsis")
    for scenario in day:
        if scenario.order.account == shop.account:
            order, row = view.platform_order(scenario.order), view.rows.get(scenario.order)
            stages = _stages(shop.platform.position(order), row) if order else Text()
            status = plain(order.get("status"))
            table.add_row(scenario.order.order_id, scenario.title, stages, status, _state(row, view.now))
    return table


def _stages(position: str, row: OrderRow | None) -> Text:
    """Draw the stages that the order has reached; for a terminal order, up to its last confirmed stage."""
    is_stage = position in {*STAGES}
    stage = Stage(position) if is_stage else (row and row.order.stage) or Stage.PENDING
    reached = STAGES.index(stage) + 1
    ahead = "─○" * (len(STAGES) - reached) if is_stage else "─✗"
    return Text.assemble(("━".join("●" * reached), "green"), (ahead, "dim" if is_stage else "red"))


def _state(row: OrderRow | None, now: int) -> Text:
    """Return the state of the order in the database, with the reason of a stop, a hold or a wait."""
    if row is None:
        return Text()
    state = row.state(now)
    match state:
        case State.STOPPED:
            words = f"stop: {row.stop}"
        case State.HELD:
            words = f"held: {row.held[0].reason}"
        case State.WAITING:
            words = f"waits: {row.waiting}"
        case _:
            words = state
    return plain(words, STYLES[state])
