"""Names of accounts and sources that an option gives: the settings must have them."""

from collections.abc import Collection

from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text


def require_name(kind: str, name: str, names: Collection[str]) -> None:
    """Raise `IllegalRequest` unless *name* is one of *names*, the accounts or sources in the settings.

    *kind* is what the message calls it: `account` or `source`.
    """
    if name not in names:
        listed = ", ".join(names) or "none"
        raise IllegalRequest(f"the settings name no {kind} “{clean_text(name)}”; they name: {listed}")
