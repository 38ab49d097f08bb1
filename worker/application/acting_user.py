"""Who acts: the name of the user, and the reason with it as the audit log keeps it."""

import getpass
import os
import pwd
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

from worker.domain.errors import IllegalRequest
from worker.domain.text import clean_text
from worker.operations.phrases import MAX_REASON, WHY

_NAME = re.compile(r"\w[\w.@\\+-]{0,63}\$?")
"""A name as Linux, Active Directory and sudo write it. It goes into one line with the reason, in brackets."""


def acting_user(environ: Mapping[str, str]) -> str:
    """Return the name of the user who runs this command; empty if there is none, as in a container.

    With sudo, it is the user who called it, not root and not the services' user: sudo says so in `SUDO_USER`. The
    variables are as true as the user who sets them, so they name a colleague and prove nothing. A name that is none is
    passed over.
    """
    return next((name for name in _names(environ) if _NAME.fullmatch(name)), "")


def _names(environ: Mapping[str, str]) -> Iterator[str]:
    yield environ.get("SUDO_USER", "")
    with suppress(KeyError, OSError):
        yield getpass.getuser()
    with suppress(KeyError):
        yield pwd.getpwuid(os.getuid()).pw_name


def with_user(reason: str, user: str) -> str:
    """Return *reason* with the name of the *user*, if there is one, as the audit log keeps it. It stays empty if it is.

    Raises `IllegalRequest` for a reason that is too long, so that the name is never cut off; and for one that only
    stands for a reason, as in an advice that was pasted as it is printed.
    """
    if len(reason) > MAX_REASON:
        raise IllegalRequest(f"the reason is longer than {MAX_REASON} characters: say why in one sentence")
    text = clean_text(reason, MAX_REASON)
    if text and text.strip(". …") in {"", WHY}:
        raise IllegalRequest(f"“{text}” is no reason: say why, in one sentence for people who ask later")
    return f"{text} ({user})" if text and user else text
