"""Files of ours, which no other user of the machine may read, whatever the umask."""

import os
from pathlib import Path
from typing import BinaryIO, Literal

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
"""Modes."""
OF_OTHERS = 0o077
"""The bits of a mode that let anybody but the owner in."""

_FLAGS = {"ab": os.O_WRONLY | os.O_CREAT | os.O_APPEND, "wb": os.O_WRONLY | os.O_CREAT | os.O_TRUNC}


def open_private(path: Path, mode: Literal["ab", "wb"]) -> BinaryIO:
    """Open a file of ours for writing; only its owner can read it. Raises `OSError`."""
    file = os.fdopen(os.open(path, _FLAGS[mode] | os.O_CLOEXEC, PRIVATE_FILE), mode)
    make_private(path)
    return file


def make_private(path: Path) -> None:
    """Take a file that exists, and is ours, from all other users; an earlier version may have left it to them.

    A file that is not there, or belongs to another user, is left as it is: `doctor` names it.
    """
    try:
        if path.stat().st_mode & OF_OTHERS:
            path.chmod(PRIVATE_FILE)
    except OSError:
        return
