"""What is shown while a storm lasts: the timeline, and on a terminal two bars below it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


@dataclass(frozen=True, slots=True)
class Screen:
    """*progress* is not shown in a pipe."""

    progress: Progress

    def show(self, line: str) -> None:
        """Print one line."""
        self.progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def update(self, answered: int, right: int) -> None:
        """Show how many webhooks have their answer, and how many orders are right."""
        for task, count in zip(self.progress.task_ids, (answered, right), strict=True):
            self.progress.update(task, completed=count)


@contextmanager
def screen(webhooks: int, orders: int) -> Iterator[Screen]:
    """Yield the screen of a storm with so many *webhooks* and *orders*."""
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        progress.add_task("webhooks", total=webhooks)
        progress.add_task("orders right", total=orders)
        yield Screen(progress)
