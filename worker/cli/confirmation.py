"""Changes of many things: a person is asked first, or a script says --yes; each result is printed, with a bar."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")

YES = click.option("--yes", is_flag=True, help="Ask nothing: for scripts.")


def may_change(question: str, *, yes: bool) -> bool:
    """Return whether to go on: a person at a terminal answers *question*. With *yes*, nobody is asked.

    Raises `UsageError` when nobody can answer.
    """
    if yes:
        return True
    if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
        raise click.UsageError(f"{question} Nobody can answer here, so nothing was changed: add --yes, or --dry-run.")
    is_confirmed = click.confirm(question, err=True)
    if not is_confirmed:
        click.echo("Nothing was changed.", err=True)
    return is_confirmed


def print_each(items: Iterable[T], total: int, label: str, line_of: Callable[[T], str]) -> Iterator[T]:
    """Print a line for each of *items* as it comes, and yield it. On a terminal, a bar shows how far it is of *total*.

    The bar is on stderr, unless stdout is a terminal, too: then the lines go above the bar.
    """
    if not is_terminal(sys.stderr):
        for item in items:
            click.echo(line_of(item))
            yield item
        return
    from rich.progress import Progress

    from worker.cli.printing import Output, plain

    output = Output() if is_terminal(sys.stdout) else Output(stderr=True)
    with Progress(console=output, redirect_stdout=False, redirect_stderr=False, transient=True) as progress:
        task = progress.add_task(label, total=total)
        for item in items:
            if output.stderr:
                click.echo(line_of(item))
            else:
                output.print(plain(line_of(item)), soft_wrap=True)
            progress.advance(task)
            yield item


def is_terminal(stream: object) -> bool:
    """Tell whether *stream* is a terminal. The caller of the program may have closed it."""
    return bool(stream and stream.isatty())  # type: ignore[attr-defined]
