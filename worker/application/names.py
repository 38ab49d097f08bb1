"""Checks of the names that an operator gives."""

from collections.abc import Collection

from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text


def require_name(kind: str, name: str, names: Collection[str]) -> None:
    """Raise `IllegalRequest` unless *name* is one of *names*, the accounts or sources in the settings.

    *kind* is the word for it in the message: `account` or `source`.
    """
    if name not in names:
        choice = ", ".join(names) or "none"
        raise IllegalRequest(f"the settings name no {kind} “{clean_text(name)}”; they name: {choice}")
