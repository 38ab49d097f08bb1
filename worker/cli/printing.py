"""How things are printed: tables for people, JSON lines for programs. Text from outside never acts on a terminal."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import TextIOWrapper

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from worker.domain.orders import OrderKey
from worker.domain.snapshot import State
from worker.domain.text import clean_text

MAX_TEXT = 1000
WIDEST_NAME = 28
NARROWEST = 80
"""Columns of a table, at least: a narrower terminal breaks its lines, and no column is cut or left out."""
STYLES = {
    State.STOPPED: "bold red",
    State.HELD: "yellow",
    State.DUE: "cyan",
    State.LEASED: "cyan",
    State.WAITING: "yellow",
    State.SETTLED: "green",
    State.CLOSED: "green",
}


class Page(Console):
    """A console on standard output: colours on a terminal only, no word taken for markup, emoji or a number.

    It is *least* columns wide at least, whatever the terminal.
    """

    def __init__(self, least: int = 0) -> None:
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # where there is no “→”, a question mark will do
        super().__init__(markup=False, emoji=False, highlight=False)
        if least:
            self.width = max(self.width, least)

    def on_broken_pipe(self) -> None:
        """Let `main` know that nobody reads on."""
        raise BrokenPipeError


def plain(value: object, style: str = "") -> Text:
    """Return a value as text on one line that is printed as it stands."""
    return Text(clean_text("" if value is None else str(value), MAX_TEXT), style)


def named(key: OrderKey) -> Text:
    """Return an order's name as text that leaves room for other columns: a long one takes several lines."""
    name = plain(key).plain
    return Text("\n".join(name[start : start + WIDEST_NAME] for start in range(0, len(name), WIDEST_NAME)))


def visible(text: str) -> str:
    """Return *text* with its lines kept, and with whatever else does not print escaped."""
    return "".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def table(*columns: str, wrapping: str) -> Table:
    """Make an empty table; only the column *wrapping* takes more than one line."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
    for column in columns:
        wraps = column == wrapping
        made.add_column(column, no_wrap=not wraps, overflow="fold", ratio=1 if wraps else None)
    return made


def facts(named: Mapping[str, object]) -> Table:
    """Make a list of names and values; what is empty is left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in named.items():
        text = value if isinstance(value, Text) else plain(value)
        if text.plain:
            grid.add_row(name, text)
    return grid


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON object on one line, in ASCII: it may end up on a terminal after all."""
    click.echo(json.dumps(document))


def print_json_lines(documents: Iterable[Mapping[str, object]]) -> None:
    """Print one JSON object a line."""
    for document in documents:
        print_json(document)


def print_table(made: Table, rows: Sequence[object], nothing: str) -> None:
    """Print a table that was filled with *rows*, or the sentence *nothing*."""
    Page(NARROWEST).print(made if rows else nothing)
