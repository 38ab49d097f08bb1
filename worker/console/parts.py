"""What the console's pages use: opened once for the process, and shared by all requests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, g

from worker.application.context import Context
from worker.console.access.access import Access
from worker.console.access.users import CurrentUser

AddRoutes = Callable[[Flask, "Parts"], None]
"""Adds the routes of one page, or of one family of acts, to the application."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings, the database and the operations (*context*), and who may use the console (*access*)."""

    context: Context
    access: Access


def current_user() -> CurrentUser:
    """Return the user of this request. Pages that are open to everybody have none, and must not ask."""
    return cast("CurrentUser", g.user)
