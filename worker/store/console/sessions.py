"""The sessions of the console's users. The database knows the hash of a session's secret, and never the secret."""

from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from worker.domain.errors import StoreUnavailable
from worker.domain.instants import HOUR, MINUTE, Instant
from worker.store.database.database import Database
from worker.store.tables import console_sessions, console_users

IDLE = 12 * HOUR
"""A session ends when its user clicks on nothing for so long: a shift and the way home."""
LONGEST = 7 * 24 * HOUR
"""A session ends after this, however often it is used."""
NOTED_EVERY = MINUTE
"""The last use of a session is written at most this often, so that looking around costs no writes."""
MAX_OF_USER = 20
"""Sessions of one user. One more ends the oldest."""


class SessionUser(NamedTuple):
    """The user of a session that has not ended."""

    name: str
    role: str


class SqlSessions:
    """The sessions in one database. Every method raises `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, token_hash: str, user: str, password: str) -> bool:
        """Open a session of *user*; False if the hash of the user's password is not *password* any more."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            # On PostgreSQL, the lock lets no change of the password come between this check and the commit.
            current = select(console_users.c.password).where(console_users.c.name == user).with_for_update()
            if connection.scalar(current) != password:
                return False
            connection.execute(delete(console_sessions).where(_has_ended(now)))
            _make_room(connection, user)
            times = {"created_at": now, "seen_at": now, "expires_at": now + LONGEST}
            connection.execute(insert(console_sessions).values(token_hash=token_hash, user_name=user, **times))
        return True

    def find(self, token_hash: str, *, is_click: bool = True) -> SessionUser | None:
        """Return the user of a session; None if there is no such session, or it has ended.

        Only a click is a use: a page that loads itself again must not keep the session of somebody who has left.
        """
        with self._database.read() as connection:
            now = self._database.now(connection)
            row = connection.execute(_FIND.where(console_sessions.c.token_hash == token_hash)).one_or_none()
        if row is None or now >= row.expires_at or now - row.seen_at >= IDLE:
            return None
        if is_click and now - row.seen_at >= NOTED_EVERY:
            # A database that takes no writes can still be looked at, and then most of all.
            with suppress(StoreUnavailable):
                self._note(token_hash)
        return SessionUser(row.name, row.role)

    def end(self, token_hash: str) -> None:
        """End a session, if there is such a one."""
        with self._database.write() as connection:
            connection.execute(delete(console_sessions).where(console_sessions.c.token_hash == token_hash))

    def _note(self, token_hash: str) -> None:
        with self._database.write() as connection:
            used = update(console_sessions).where(console_sessions.c.token_hash == token_hash)
            connection.execute(used.values(seen_at=self._database.now(connection)))


_FIND = select(
    console_users.c.name, console_users.c.role, console_sessions.c.seen_at, console_sessions.c.expires_at
).join_from(console_sessions, console_users, console_users.c.name == console_sessions.c.user_name)
"""Selects sessions with their users."""


def _has_ended(now: Instant) -> ColumnElement[bool]:
    return or_(console_sessions.c.expires_at <= now, console_sessions.c.seen_at <= now - IDLE)


def _make_room(connection: Connection, user: str) -> None:
    """End the oldest sessions of *user*, so that one more is not too many."""
    newest_first = console_sessions.c.created_at.desc()
    of_user = select(console_sessions.c.token_hash).where(console_sessions.c.user_name == user).order_by(newest_first)
    surplus = list(connection.execute(of_user.offset(MAX_OF_USER - 1)).scalars())
    if surplus:
        connection.execute(delete(console_sessions).where(console_sessions.c.token_hash.in_(surplus)))
