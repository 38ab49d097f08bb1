"""Prints tables and facts for people. No control character from outside reaches the terminal."""

import sys
from collections.abc import Mapping, Sequence
from io import TextIOWrapper

import click
from rich import box
from rich.cells import chop_cells
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.cli.local import runnable
from worker.cli.wrapping import wrapped
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.text import clean_text, visible

MAX_TEXT = 1000
"""Characters of one value that are printed."""
MAX_NAME_WIDTH = 28
"""Columns of the terminal. A character of some scripts takes two."""
MIN_WIDTH = 80
"""The least width of a table. On a narrower terminal its lines break, so that no column is left out."""
STYLES = {
    State.STOPPED: "bold red",
    State.HELD: "yellow",
    State.DUE: "cyan",
    State.LEASED: "cyan",
    State.WAITING: "yellow",
    State.SETTLED: "green",
    State.CLOSED: "green",
}


class Output(Console):
    """Stdout, or *stderr*, for people: at least *min_width* columns wide, with colours on a terminal only.

    It prints a text as it is, without markup, emoji codes and highlighting.
    """

    def __init__(self, min_width: int = 0, *, stderr: bool = False) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # an encoding without “→” gets a question mark
        super().__init__(markup=False, emoji=False, highlight=False, stderr=stderr)
        if min_width:
            self.width = max(self.width, min_width)

    def on_broken_pipe(self) -> None:
        """Let `main.run` end the command, because the reader of the pipe is gone."""
        raise BrokenPipeError


def plain(value: object, style: str = "") -> Text:
    """Return a value as text on one line, without control characters; None is empty."""
    return Text(clean_text("" if value is None else str(value), MAX_TEXT), style)


def order_name(key: OrderKey) -> Text:
    """Return the name of an order for a column of a table; a long name takes several lines."""
    return broken_name(str(key))


def broken_name(text: str) -> Text:
    """Return a name for a column of a table that breaks no lines; a long name takes several lines."""
    return Text("\n".join(chop_cells(plain(text).plain, MAX_NAME_WIDTH)))


def print_sentence(text: str) -> None:
    """Print a sentence, such as what an act has done. Its names of orders and parcels may come from outside."""
    click.echo(visible(runnable(text)))


def make_table(*columns: str, wrapping: str) -> Table:
    """Return an empty table; only the column *wrapping* breaks its lines."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for column in columns:
        wraps = column == wrapping
        table.add_column(column, no_wrap=not wraps, overflow="fold", ratio=1 if wraps else None)
    return table


def make_facts(values: Mapping[str, object]) -> Table:
    """Return a table with one line for each name and its value. An empty value has no line."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in values.items():
        text = value if isinstance(value, Text) else plain(value)
        if text.plain:
            grid.add_row(name, text)
    return grid


def print_table(table: Table, rows: Sequence[object], if_empty: str) -> None:
    """Print *table*, which was made from *rows*. Without rows, print *if_empty* instead; no command in it is broken."""
    output = Output(MIN_WIDTH)
    if rows:
        output.print(table)
        return
    for line in wrapped(runnable(if_empty), output.width):
        output.print(line, soft_wrap=True)
