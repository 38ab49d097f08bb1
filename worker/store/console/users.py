"""The users of the console: their names, roles and hashed passwords; and the log that says who changed them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from worker.domain.instants import Instant
from worker.store.database.database import Database
from worker.store.tables import console_log, console_sessions, console_users

MAX_USERS = 1_000
"""Users that are listed."""
MAX_LOG = 10_000
"""Entries of the log that are kept: the latest."""


class UserChange(StrEnum):
    """What was done to a user."""

    ADDED = "added"
    REMOVED = "removed"
    PASSWORD = "password"  # noqa: S105 - the word for the change
    ROLE = "role"


class LogEntry(NamedTuple):
    """What was done to the user *name*. *role* is the new one, if there is a new one; *done_by* may be empty."""

    at: Instant
    name: str
    change: str
    role: str
    done_by: str


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user: *role* is `viewer` or `operator`, *password* is a hash, *changed_at* is when either last changed."""

    name: str
    role: str
    password: str = field(repr=False)
    created_at: Instant
    changed_at: Instant


class SqlUsers:
    """The users in one database. Every method raises `StoreUnavailable`.

    Each change is written into the log, with *done_by*: the user of the console, or of the machine, who does it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def exist(self) -> bool:
        """Tell whether there is any user."""
        with self._database.read() as connection:
            return bool(connection.scalar(select(exists(select(console_users.c.name)))))

    def all(self) -> tuple[StoredUser, ...]:
        """Return the first `MAX_USERS` users by name."""
        query = select(console_users).order_by(console_users.c.name).limit(MAX_USERS)
        with self._database.read() as connection:
            return tuple(StoredUser(**row) for row in connection.execute(query).mappings())

    def find(self, name: str) -> StoredUser | None:
        """Return the user with this *name*, or None."""
        query = select(console_users).where(console_users.c.name == name)
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return StoredUser(**row) if row else None

    def log(self, limit: int) -> tuple[LogEntry, ...]:
        """Return the last changes of users, at most *limit*, the latest last."""
        query = select(console_log).order_by(console_log.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return tuple(LogEntry(row.at, row.user_name, row.action, row.detail, row.done_by) for row in reversed(rows))

    def add(self, name: str, role: str, password: str, *, done_by: str = "") -> bool:
        """Add a user, whose *password* is a hash, and return True; False if there is one with this *name*."""
        try:
            with self._database.write() as connection:
                now = self._database.now(connection)
                row = {"name": name, "role": role, "password": password, "created_at": now, "changed_at": now}
                connection.execute(insert(console_users).values(row))
                _note(connection, now, name, UserChange.ADDED, done_by, role)
        except IntegrityError:
            return False
        return True

    def remove(self, name: str, *, done_by: str = "") -> bool:
        """Remove a user, with the user's sessions, and return True; False if there is none with this *name*."""
        with self._database.write() as connection:
            if not _lock(connection, name):
                return False
            connection.execute(delete(console_sessions).where(console_sessions.c.user_name == name))
            connection.execute(delete(console_users).where(console_users.c.name == name))
            _note(connection, self._database.now(connection), name, UserChange.REMOVED, done_by)
        return True

    def set_password(self, name: str, password: str, *, former: str = "", done_by: str = "") -> bool:
        """Change the hash of a password, and end the user's sessions; False if there is none with this *name*.

        With *former*, it is also False if that is not the hash any more.
        """
        with self._database.write() as connection:
            if not _lock(connection, name, former):
                return False
            connection.execute(delete(console_sessions).where(console_sessions.c.user_name == name))
            change, now = update(console_users).where(console_users.c.name == name), self._database.now(connection)
            connection.execute(change.values(password=password, changed_at=now))
            _note(connection, now, name, UserChange.PASSWORD, done_by)
        return True

    def set_role(self, name: str, role: str, *, done_by: str = "") -> bool:
        """Change a role, from the user's next request on; False if there is no user with this *name*."""
        with self._database.write() as connection:
            change, now = update(console_users).where(console_users.c.name == name), self._database.now(connection)
            is_found = bool(connection.execute(change.values(role=role, changed_at=now)).rowcount)
            if is_found:
                _note(connection, now, name, UserChange.ROLE, done_by, role)
            return is_found


def _note(connection: Connection, now: Instant, name: str, change: UserChange, done_by: str, role: str = "") -> None:
    """Write a change of the user *name* into the log, and delete the oldest entry if that is one too many."""
    values = {"at": now, "user_name": name, "action": change, "detail": role, "done_by": done_by}
    entry = connection.execute(insert(console_log).values(values)).inserted_primary_key
    if entry is not None:
        connection.execute(delete(console_log).where(console_log.c.id <= entry[0] - MAX_LOG))


def _lock(connection: Connection, name: str, password: str = "") -> bool:
    """Keep logins of a user waiting until the transaction ends; False if there is none with this *name*.

    With *password*, it is also False if the user has another hash. Without the lock, a login with the former password
    could open a session after the sessions were ended, on PostgreSQL.
    """
    row = select(console_users.c.password).where(console_users.c.name == name).with_for_update()
    current = connection.scalar(row)
    return current is not None and password in {"", current}
