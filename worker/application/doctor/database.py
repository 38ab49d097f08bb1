"""Checks the database: whether it answers, can be written, and keeps what it was given."""

import getpass
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from worker.application.context import Context
from worker.domain.errors import SchemaOutdated, StoreError, StoreUnavailable
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.sqlite_file import SqliteFile, judge_file, judge_write
from worker.store import schema
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database
from worker.store.database.write_ahead_log import WriteAheadLog
from worker.store.queries.health import HealthQueries

NAME_AUTHORITY = "If a private authority certifies it, name the file with the authority's certificate as ca_file."


def check_schema(context: Context) -> Check:
    """Check that the database has the schema, and can be written. Raises `StoreError` when it cannot even be read."""
    schema.check(context.database)
    try:
        SqlLocks(context.database).acquire("doctor", 1)  # to take a lock, for one microsecond, is a write
    except StoreUnavailable as error:
        return judge_error(context.database, error)
    kind = "SQLite" if context.database.is_sqlite else "PostgreSQL"
    return Check("database", Verdict.OK, f"{kind} answers, can be written, and its schema is up to date.")


def judge_error(database: Database, error: StoreError) -> Check:
    """Return the check of a database that has raised *error*."""
    text = str(error)
    if isinstance(error, StoreUnavailable) and (file := sqlite_file(database)):
        return judge_write(file, text)
    stop = "" if text.endswith("?") else "."  # PostgreSQL ends with a question
    advice = "" if isinstance(error, SchemaOutdated) else "Check that it runs, and that database_url is right."
    if "certificate" in text:
        advice = f"{advice} {NAME_AUTHORITY}"
    return Check("database", Verdict.FAIL, f"{text[:1].upper()}{text[1:]}{stop}", advice, unreachable=True)


def check_file(database: Database) -> Iterator[Check]:
    """Yield a warning if the file of a SQLite database will soon be a problem."""
    if (file := sqlite_file(database)) and (check := judge_file(file)):
        yield check


def check_durability(context: Context) -> Check:
    """Check that committed data survives a power failure. Raises `StoreUnavailable`."""
    unsafe = HealthQueries(context.database).unsafe_modes()
    if not unsafe:
        return Check("durability", Verdict.OK, "Committed data survives a power failure.")
    modes = ", ".join(f"{name} is {mode}" for name, mode in unsafe.items())
    return Check(
        "durability",
        Verdict.FAIL,
        f"A power failure may lose deliveries that were acknowledged: {modes}.",
        "Keep the database on a local disk, and switch these modes on again.",
    )


def check_write_ahead_log(context: Context) -> Iterator[Check]:
    """Yield a warning if SQLite's write-ahead log has grown."""
    log = WriteAheadLog(context.database)
    if not log.has_grown:
        return
    size = f"SQLite's write-ahead log has {log.size() // 1_000_000} MB"
    if log.is_read():
        sentence = f"{size}, because a program that reads the database keeps a transaction open."
        advice = "End it: it may be a `sqlite3` shell after BEGIN. `fuser -v` with the file shows who has it open."
    else:
        sentence, advice = f"{size}, and nobody reads it any more.", "A running worker empties it by itself."
    yield Check("write-ahead log", Verdict.WARN, sentence, advice)


def sqlite_file(database: Database) -> SqliteFile | None:
    """Return what the file system says of the file of a SQLite *database*; None for other databases."""
    if not (database.is_sqlite and database.url.database):
        return None
    path = Path(database.url.database).resolve()
    folder = next(parent for parent in path.parents if parent.exists())
    flags = os.statvfs(folder).f_flag
    return SqliteFile(
        path=str(path),
        user=_user(),
        owner=_owner(path),
        can_write=os.access(path, os.R_OK | os.W_OK) or not path.exists(),
        can_write_folder=os.access(folder, os.W_OK | os.X_OK),
        free=shutil.disk_usage(folder).free,
        is_read_only=bool(flags & os.ST_RDONLY),
    )


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a user without a name, as in a container
        return f"user {path.stat().st_uid}"
    except OSError:
        return ""


def _user() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return f"user {os.getuid()}"
