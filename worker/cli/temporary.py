"""Temporary folders for whole installations."""

import tempfile
from pathlib import Path

MAX_TEMPORARY_PATH = 40
"""Characters. The folder has a socket, whose path can have about a hundred characters."""


def make_folder(prefix: str) -> Path:
    """Make a new folder that only this user can read, and return its path. Raises `OSError`."""
    temporary = tempfile.gettempdir()
    parent = temporary if len(temporary) <= MAX_TEMPORARY_PATH else "/tmp"  # noqa: S108 - mkdtemp makes a private folder
    return Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
