"""What the console's pages use: opened once for the process, and shared by all requests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import Flask, g

from worker.application.context import Context
from worker.application.overview import OverviewFigures
from worker.application.scanning import OperatorScans
from worker.console.access.access import Access
from worker.console.access.users import CurrentUser

AddRoutes = Callable[[Flask, "Parts"], None]
"""Adds the routes of one page, or of one family of acts, to the application."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings, the database and the operations (*context*), and who may use the console (*access*).

    *figures* counts what the overview shows, and *scans* runs the scans that operators start.
    """

    context: Context
    access: Access
    figures: OverviewFigures = field(init=False)
    scans: OperatorScans = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "figures", OverviewFigures(self.context))
        object.__setattr__(self, "scans", OperatorScans(self.context))

    def close(self) -> None:
        """End the threads of the figures and of the scans. None of them begins before a page asks for it."""
        self.figures.close()
        self.scans.close()


def current_user() -> CurrentUser:
    """Return the user of this request. Pages that are open to everybody have none, and must not ask."""
    return cast("CurrentUser", g.user)
