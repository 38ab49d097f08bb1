"""What a route allows whom. Without a rule of its own, a route needs an operator to act, and a viewer to look."""

from collections.abc import Callable
from typing import Any, TypeVar

from worker.console.access.users import Role

LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""
_NEEDS = "__console_needs__"
View = TypeVar("View", bound=Callable[..., Any])


def open_to(role: Role | None) -> Callable[[View], View]:
    """Return a decorator that opens a view, whatever its method, to users with *role*; None: to everybody.

    Who is not logged in sees only what is open to everybody. Every other request than a look needs a form token, also
    there.
    """

    def mark(view: View) -> View:
        setattr(view, _NEEDS, role)
        return view

    return mark


def needed_role(view: Callable[..., Any] | None, method: str) -> Role | None:
    """Return the role that a request with *method* to *view* needs; None if it is open to everybody.

    Without a view, there is no such page: only users may learn that.
    """
    if view is not None and hasattr(view, _NEEDS):
        role: Role | None = getattr(view, _NEEDS)
        return role
    return Role.VIEWER if method in LOOKS else Role.OPERATOR
