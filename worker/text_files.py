"""Reads the small text files that settings name, and files of profiles.

A file that other users can change is refused, because they could put secrets of their own into it.
"""

import grp
import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path
from shlex import quote

from worker.domain.text import clean_text

_MAX_NAME = 4096
"""Characters of a path in a message: as many as a path has at most."""


class UnreadableFile(Exception):
    """A file that cannot be used. The message completes "<file> …" and never contains text of the file."""

    @property
    def about_key(self) -> str:
        """The same message about the setting that names the file: it completes "<key> …"."""
        return f"names a file that {self}"


class MissingFile(UnreadableFile):
    """The path does not lead to a regular file, but to nothing, a folder, a pipe or the like."""

    @property
    def about_key(self) -> str:
        return "must name an existing file"


def read_text_file(path: Path, max_bytes: int) -> str:
    """Return the text of a file in UTF-8, without the byte order mark that some editors write.

    Raises `UnreadableFile`, also for a file of more than *max_bytes*, and for one that other users can change.
    """
    try:
        # Opening a pipe could block forever.
        if not path.is_file():
            raise MissingFile("does not exist")
        with path.open("rb") as file:
            content, status = file.read(max_bytes + 1), os.fstat(file.fileno())
        if len(content) > max_bytes:
            flaw = f"is larger than {max_bytes} bytes"
        elif can_be_changed_by_others(status):
            name = clean_text(quote(str(path)), _MAX_NAME)
            flaw = f"can be changed by other users of this machine: `chmod go-w {name}` ends that"
        else:
            return content.decode("utf-8-sig")
    except OSError as error:
        flaw = f"cannot be read: {error.strerror}"
    except ValueError:  # the text is not UTF-8, or the path has a NUL
        flaw = "is not a text in UTF-8"
    # Raised outside of the except block, because the other error may contain a part of the text.
    raise UnreadableFile(flaw)


def can_be_changed_by_others(status: os.stat_result) -> bool:
    """Tell whether anybody but root, the owner and this process's user may write to the file with this *status*.

    Many systems give each user a group of its own, in which nobody else is, and let it write: that is no danger.
    """
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not members_of(status.st_gid) <= {0, os.geteuid(), status.st_uid}


def members_of(gid: int) -> set[int]:
    """Return the ids of the users in a group; a group without an entry has none that are known."""
    members = {user.pw_uid for user in pwd.getpwall() if user.pw_gid == gid}
    with suppress(KeyError):
        for name in grp.getgrgid(gid).gr_mem:
            with suppress(KeyError):
                members.add(pwd.getpwnam(name).pw_uid)
    return members
