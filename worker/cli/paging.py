"""Lists on the command line: as many rows as are wanted, however many pages that takes, and how the list goes on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import click

from worker.cli.options import WholeNumber

PAGE_ROWS = 500
"""How many rows are in memory at once, when all are printed."""

F = TypeVar("F", bound=Callable[..., Any])


class Page(Protocol):
    """One page of a list, with the cursor of the next one; empty at the end."""

    @property
    def rows(self) -> Sequence[Any]: ...

    @property
    def next(self) -> str: ...


P = TypeVar("P", bound=Page)

_LIMIT = click.option(
    "--limit", type=WholeNumber(1, 10_000), default=50, show_default=True, help="Print at most this many."
)
_AFTER = click.option("--after", default="", metavar="PLACE", help="Go on where a list has ended: it says the place.")
_ALL = click.option("--all", "is_all", is_flag=True, help="Print all of them, page by page.")


def paged(command: F) -> F:
    """Add the options of a list in pages to *command*: `limit`, `after` and `is_all`."""
    for option in (_ALL, _AFTER, _LIMIT):
        command = option(command)
    return command


def pages(read: Callable[[int, str], P], limit: int, after: str, *, is_all: bool) -> Iterator[P]:
    """Yield the pages that *read* returns for a limit and a cursor, until *limit* rows are read, or the last one.

    A page that has looked at as many rows as it may is not full: then the next one goes on.
    """
    left = limit
    while True:
        page = read(PAGE_ROWS if is_all else min(left, PAGE_ROWS), after)
        yield page
        after, left = page.next, left - len(page.rows)
        if not after or (left <= 0 and not is_all):
            return


def end_of_list(page: Page, limit: int, *, is_all: bool) -> str:
    """Return the sentence that says how the list goes on behind its last *page*; empty at its end."""
    if is_all or not page.next:
        return ""
    return f"These are the latest {limit}. --limit and --all show more; the next ones: --after {page.next}"


@dataclass(frozen=True, slots=True)
class ListForm(Generic[P]):
    """How a list is printed: rows of a page as a table, or as JSON. If there are none, *if_none* may raise why."""

    print_table: Callable[[Sequence[Any], P], object]
    print_json: Callable[[P], object]
    if_none: Callable[[], object]


def print_pages(
    read: Callable[[int, str], P], begin: tuple[int, str], form: ListForm[P], *, is_all: bool, as_json: bool
) -> None:
    """Print the pages that *read* returns. *begin* says how many rows at most, if not all, and behind which cursor.

    At the end, a line says how the list goes on: on stderr, if it is JSON.
    """
    limit, after = begin
    rows, count = list[Any](), 0
    for page in pages(read, limit, after, is_all=is_all):
        count += len(page.rows)
        if as_json:
            form.print_json(page)
        elif is_all and page.rows:
            form.print_table(page.rows, page)
        else:
            rows += page.rows
    if not count:
        form.if_none()
    if not as_json and (rows or not count):
        form.print_table(rows, page)
    if sentence := end_of_list(page, limit, is_all=is_all):
        click.echo(sentence, err=as_json)
