"""What the screens tell: one line for each piece of news, and for each step."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from worker.cli.demo.clock import told
from worker.cli.demo.watch import View
from worker.domain.orders import OrderKey


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the story's time (minutes after midnight), who it is about, the order, and what happened."""

    clock: int
    who: str
    order: OrderKey
    text: str
    style: str = ""

    def __str__(self) -> str:
        return f"{told(self.clock)}  {self.who:<9} {self.order!s:<16} {self.text}"


class Screen(AbstractContextManager["Screen"], Protocol):
    """Shows the day while it lasts."""

    def tell(self, line: Line) -> None:
        """Add a line of news."""

    def show(self, view: View, clock: int) -> None:
        """Show where the orders are, at *clock*."""
