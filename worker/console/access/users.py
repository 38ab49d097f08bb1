"""Who uses the console, and what a role allows."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

_NAME = re.compile(r"\w[\w.@+-]{0,63}")
"""A name that fits in brackets behind a reason in the audit log, as the name of a system's user does."""


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


def read_name(text: str) -> str:
    """Return the name of a user as it is compared and kept: without spaces around it, and in lower case.

    It is empty if *text* cannot be a name.
    """
    name = unicodedata.normalize("NFKC", text[:200]).strip().casefold()
    return name if _NAME.fullmatch(name) and name.isprintable() else ""


def read_name_of_header(text: str) -> str:
    """Return the name of a user in the header of a proxy, whose bytes *text* has as WSGI does; empty if it is none.

    The proxy's names may differ in what `read_name` takes for the same: a full-width letter, or ß and ss. Such a name
    is refused, so that nobody registers there as an operator's double; only upper and lower case do not count.
    """
    try:
        name = text.encode("latin-1").decode().strip()
    except ValueError:
        return ""
    return read_name(name) if read_name(name) == name.lower() else ""


def role_of(word: str) -> Role:
    """Return the role that the database has; a word that is none allows to look only."""
    return Role.OPERATOR if word == Role.OPERATOR else Role.VIEWER
