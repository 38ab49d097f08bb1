"""Who uses the console, and what a role allows."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a user of the console may do."""

    VIEWER = "viewer"
    """May look at everything."""
    OPERATOR = "operator"
    """May act, too."""


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The user of one request. *form_token* proves that a form comes from a page that we made for this user."""

    name: str
    role: Role
    form_token: str = field(repr=False)
    has_session: bool = False
    """Whether the user has logged in with a password, and can log out."""

    def may(self, role: Role) -> bool:
        """Tell whether the user may do what *role* may do."""
        return role in {Role.VIEWER, self.role}
