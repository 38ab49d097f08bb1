"""Which acts a view does, so that a test can compare the console with the catalogue of acts."""

from collections.abc import Callable
from typing import Any, TypeVar

from worker.console.access.rules import open_to
from worker.console.access.users import Role
from worker.operations.acts import ActName

_DOES = "__console_does__"
View = TypeVar("View", bound=Callable[..., Any])


def does(*names: ActName) -> Callable[[View], View]:
    """Return a decorator for a view that does the acts *names*. It is for operators, whatever the method."""

    def mark(view: View) -> View:
        setattr(view, _DOES, names)
        return open_to(Role.OPERATOR)(view)

    return mark


def acts_of(view: Callable[..., Any]) -> tuple[ActName, ...]:
    """Return the acts that *view* does; none if it only looks."""
    names: tuple[ActName, ...] = getattr(view, _DOES, ())
    return names
