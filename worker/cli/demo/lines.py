"""The day as plain lines: for pipes, logs, and terminals that cannot do better."""

from typing import Self

from worker.cli.demo.screen import Line
from worker.cli.demo.watch import View
from worker.cli.printing import Page, plain


class Lines:
    """Prints every line of news as it comes; where the orders are, the lines tell."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left open."""

    def tell(self, line: Line) -> None:
        self._page.print(plain(line, line.style), soft_wrap=True)

    def show(self, view: View, clock: int) -> None:
        """The lines have told it."""
