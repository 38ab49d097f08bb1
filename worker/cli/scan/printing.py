"""Prints scans for people, and shows how far one is."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from worker.cli.local import runnable
from worker.cli.printing import Output, plain
from worker.domain.instants import SECOND, Duration
from worker.operations.doctor.checks import MAX_NAMED
from worker.operations.instants import span
from worker.operations.phrases import counted
from worker.ports import Found, ScanResult
from worker.processes.exits import print_error
from worker.reconcile.scan import OnProgress, ScanProgress

SHORT_WAIT: Duration = 5 * SECOND
"""A shorter wait for the call budget is not worth a line."""


def print_result(result: ScanResult) -> None:
    """Print what a scan has found, by kind, with some orders of each; and what was odd about it."""
    output = Output()
    listed = counted(result.listed, "order", "orders")
    pages = counted(result.pages, "page", "pages")
    output.print(Text.assemble((result.account, "bold"), f"  {listed} listed on {pages}"))
    for finding, found in result.found.items():
        _print_indented(output, Text.assemble((f"{finding.value} {found.count}", "cyan"), f"  {finding.meaning}"))
        _print_indented(output, plain(_names(found)), 4)
    if not result.found:
        _print_indented(output, Text("Nothing is to be done." if result.complete else "Nothing was found so far."))
    for problem in result.problems:
        _print_indented(output, plain(f"{problem[:1].upper()}{problem[1:]}.", "" if result.complete else "yellow"))
    if result.held:
        account, command = result.account, "fulfillment accounts"
        advice = f"`{command} list` says why and until when; `{command} probe {account}` asks the platform now."
        _print_indented(output, plain(runnable(advice)))


def _print_indented(output: Output, text: Text, columns: int = 2) -> None:
    """Print *text*, with all of its lines indented."""
    output.print(Padding(text, (0, 0, 0, columns), expand=False))


def _names(found: Found) -> str:
    names = [key.order_id for key in found.some[:MAX_NAMED]]
    return ", ".join(names) + (", …" if found.count > len(names) else "")


@contextmanager
def progress_shown(account: str) -> Iterator[OnProgress]:
    """Show on stderr, for the length of the block, how far a scan is: a bar, or where no terminal is, only long waits.

    A wait for the call budget is said once; the bar shows what is left of it.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("lists"))
    is_terminal = sys.stderr and sys.stderr.isatty() and console.is_interactive  # the caller may have closed stderr
    with Progress(*columns, console=console, transient=True, disable=not is_terminal) as bar:
        task, has_said = bar.add_task(account, total=None), False

        def show(progress: ScanProgress) -> None:
            nonlocal has_said
            wait = _wait(progress.waits)
            if wait and not is_terminal and not has_said:
                print_error(f"{account}: {wait}")
                has_said = True
            doing = wait or f"{progress.status}, {counted(progress.listed, 'order', 'orders')}"
            bar.update(task, description=f"{account}: {doing}", completed=progress.number - 1, total=progress.lists)

        yield show


def _wait(lasts: Duration) -> str:
    return f"waiting for the call budget, about {span(lasts)} more" if lasts >= SHORT_WAIT else ""
