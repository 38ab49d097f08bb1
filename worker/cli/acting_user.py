"""Who acts: the name of the user that the audit log gets with each reason."""

import getpass
import os
import pwd
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

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
