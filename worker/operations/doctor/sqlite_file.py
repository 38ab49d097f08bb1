"""Judges why the file of a SQLite database cannot be written: by its folder, its user and the free space. Pure."""

import shlex
from dataclasses import dataclass
from pathlib import PurePath

from worker.domain.text import clean_text
from worker.operations.doctor.checks import Check, Verdict

LITTLE_SPACE = 64 * 1_000_000
"""Bytes. With less free space, the write-ahead log may not find room for a busy minute."""
MAX_PATH = 1000
"""Characters of a path that are shown."""
_MEGABYTE = 1_000_000
_NAME = "database"


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """The file of a database at *path*, as *user* sees it.

    *owner* is the user to whom it belongs; empty if it is not there. *can_write* and *can_write_folder* say what *user*
    may do. *free* is in bytes. *is_read_only*: the whole file system is.
    """

    path: str
    user: str
    owner: str = ""
    can_write: bool = True
    can_write_folder: bool = True
    free: int = LITTLE_SPACE
    is_read_only: bool = False


def judge_write(file: SqliteFile, error: str) -> Check:
    """Return the failure of a database whose *file* cannot be written, with the *error* of the database."""
    owner = f"It belongs to {file.owner}, this" if file.owner else "It is not there. This"
    space = f"{file.free // _MEGABYTE:,} MB are free on its disk"
    sentence = f"{_path(file)} cannot be used: {clean_text(error)}. {owner} command runs as {file.user}, and {space}."
    return Check(_NAME, Verdict.FAIL, sentence, _advice(file), unreachable=True)


def judge_file(file: SqliteFile) -> Check | None:
    """Return a warning about a *file* that can be written today; None if all is well."""
    if file.free < LITTLE_SPACE:
        sentence = f"Only {file.free // _MEGABYTE:,} MB are free on the disk of {_path(file)}."
        return Check(_NAME, Verdict.WARN, sentence, _make_room(file))
    return None


def _advice(file: SqliteFile) -> str:
    if file.is_read_only:
        return f"Its file system is mounted read-only: `findmnt -T {_quoted(file.path)}` names it; `dmesg` says why."
    if not (file.can_write and file.can_write_folder):
        owner = file.owner or "the user of the services"
        folder = _quoted(str(PurePath(file.path).parent))
        return (
            f"Run it as {owner}, who may write the file, its folder, and the files ending in -wal and -shm beside it."
            f" If the services run as {file.user}, give these to it: `chown {file.user} {folder}"
            f" {_quoted(file.path)}*`."
        )
    if file.free < LITTLE_SPACE:
        return _make_room(file)
    return f"See who holds it: `fuser -v {_quoted(file.path)}`. If nobody does, check the disk: `dmesg`."


def _make_room(file: SqliteFile) -> str:
    return (
        f"Make room on this disk: `df -h {_quoted(file.path)}` shows it. The settings `keep` and `max_kept` say how"
        " much is kept."
    )


def _path(file: SqliteFile) -> str:
    return clean_text(file.path, MAX_PATH)


def _quoted(path: str) -> str:
    return shlex.quote(clean_text(path, MAX_PATH))
