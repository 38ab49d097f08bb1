"""The console's users and sessions, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from unittest.mock import Mock

import pytest
from sqlalchemy import insert, select

from tests.support.at_once import at_once
from tests.support.blocked import wait_until_blocked
from tests.support.clock import Clock
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import HOUR, SECOND
from worker.store.console import users as users_module
from worker.store.console.sessions import MAX_OF_USER, SessionUser, SqlSessions
from worker.store.console.users import LogEntry, SqlUsers, StoredUser
from worker.store.database.database import Database
from worker.store.tables import console_sessions, console_users

HASH = "scrypt:1:1:1$salt$hash"


@pytest.fixture
def users(database: Database) -> SqlUsers:
    return SqlUsers(database)


@pytest.fixture
def sessions(database: Database, users: SqlUsers) -> SqlSessions:
    assert users.add("sara", "operator", HASH)
    return SqlSessions(database)


def test_a_user_is_added_once_and_found_by_the_exact_name(users: SqlUsers, clock: Clock):
    assert not users.exist()
    assert users.add("sara", "operator", HASH)
    assert not users.add("sara", "viewer", "another")
    assert users.exist()
    assert users.find("sara") == StoredUser("sara", "operator", HASH, clock.now, clock.now)
    assert users.find("Sara") is None


def test_users_are_listed_by_name_and_the_hash_is_not_in_their_repr(users: SqlUsers):
    for name in ("olga", "ali", "sara"):
        users.add(name, "viewer", HASH)
    assert [user.name for user in users.all()] == ["ali", "olga", "sara"]
    assert HASH not in repr(users.all())


def test_a_change_of_a_user_who_is_unknown_changes_nothing(users: SqlUsers):
    assert not users.remove("sara")
    assert not users.set_password("sara", HASH)
    assert not users.set_role("sara", "viewer")
    assert not users.exist()


def test_each_change_of_a_user_is_in_the_log_with_who_did_it(users: SqlUsers, clock: Clock):
    began = clock.now
    assert users.add("sara", "viewer", HASH, done_by="root")
    clock.advance(seconds=1)
    assert users.set_role("sara", "operator", done_by="root")
    assert users.set_password("sara", "new", done_by="sara")
    assert users.remove("sara")
    assert users.log(10) == (
        LogEntry(began, "sara", "added", "viewer", "root"),
        LogEntry(clock.now, "sara", "role", "operator", "root"),
        LogEntry(clock.now, "sara", "password", "", "sara"),
        LogEntry(clock.now, "sara", "removed", "", ""),
    )
    assert [entry.change for entry in users.log(2)] == ["password", "removed"]


def test_what_changes_nobody_is_not_in_the_log(users: SqlUsers):
    assert users.add("sara", "viewer", HASH)
    assert not users.add("sara", "operator", HASH, done_by="root")
    assert not users.set_role("olga", "operator", done_by="root")
    assert not users.remove("olga", done_by="root")
    assert not users.set_password("sara", "new", former="another", done_by="root")
    assert [entry.change for entry in users.log(10)] == ["added"]


def test_the_log_keeps_the_latest_changes(users: SqlUsers, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(users_module, "MAX_LOG", 3)
    assert users.add("sara", "viewer", HASH)
    for role in ("operator", "viewer", "operator"):
        assert users.set_role("sara", role)
    assert [entry.change for entry in users.log(10)] == ["role"] * 3


def test_a_session_has_the_role_that_its_user_has_now(users: SqlUsers, sessions: SqlSessions, clock: Clock):
    assert sessions.open("hash", "sara", HASH)
    assert sessions.find("hash") == SessionUser("sara", "operator")
    clock.advance(seconds=1)
    assert users.set_role("sara", "viewer")
    assert sessions.find("hash") == SessionUser("sara", "viewer")
    stored = users.find("sara")
    assert stored
    assert stored.changed_at == clock.now == stored.created_at + SECOND


@pytest.mark.parametrize("change", ["password", "removal", "end"])
def test_a_session_ends_with_a_new_password_a_removal_and_a_logout(users: SqlUsers, sessions: SqlSessions, change: str):
    assert users.add("olga", "viewer", HASH)
    assert sessions.open("hash", "sara", HASH)
    assert sessions.open("of-olga", "olga", HASH)
    if change == "end":
        sessions.end("hash")
    else:
        assert users.set_password("sara", "new") if change == "password" else users.remove("sara")
    assert sessions.find("hash") is None
    assert sessions.find("of-olga") is not None


def test_no_session_opens_with_a_password_that_was_changed_meanwhile(users: SqlUsers, sessions: SqlSessions):
    assert users.set_password("sara", "new")
    assert not sessions.open("hash", "sara", HASH)
    assert not sessions.open("hash", "nobody", HASH)
    assert sessions.find("hash") is None


def test_a_password_that_replaces_another_one_replaces_only_that(users: SqlUsers, sessions: SqlSessions):
    assert sessions.open("hash", "sara", HASH)
    assert not users.set_password("sara", "new", former="another")
    assert sessions.find("hash")
    assert users.set_password("sara", "new", former=HASH)
    assert sessions.find("hash") is None
    assert not users.set_password("nobody", "new", former="new")


@pytest.mark.parametrize("change", ["password", "removal"])
def test_a_login_under_way_gets_no_session_that_outlives_its_password(postgresql_url: str, clock: Clock, change: str):
    with closing(Database(postgresql_url, clock=clock)) as database, ThreadPoolExecutor() as pool:
        users = SqlUsers(database)
        assert users.add("sara", "operator", HASH)
        with database.write() as login:
            login.execute(select(console_users).with_for_update())
            act = partial(users.set_password, "sara", "new") if change == "password" else partial(users.remove, "sara")
            changed = pool.submit(act)
            wait_until_blocked(postgresql_url)
            times = {"created_at": clock.now, "seen_at": clock.now, "expires_at": clock.now + HOUR}
            login.execute(insert(console_sessions).values(token_hash="hash", user_name="sara", **times))
        assert changed.result()
        assert SqlSessions(database).find("hash") is None


def test_a_session_that_is_not_used_ends_after_twelve_hours(sessions: SqlSessions, clock: Clock):
    assert sessions.open("hash", "sara", HASH)
    for _ in range(3):
        clock.advance(hours=11, minutes=59)
        assert sessions.find("hash")
    clock.advance(hours=12)
    assert sessions.find("hash") is None


def test_a_session_that_is_used_all_the_time_ends_after_a_week(sessions: SqlSessions, clock: Clock):
    assert sessions.open("hash", "sara", HASH)
    for _ in range(7 * 24 - 1):
        clock.advance(hours=1)
        assert sessions.find("hash")
    clock.advance(hours=1)
    assert sessions.find("hash") is None


def test_a_use_of_a_session_is_written_once_a_minute(sessions: SqlSessions, clock: Clock, database: Database):
    assert sessions.open("hash", "sara", HASH)
    writes: list[None] = []
    write = database.write

    def counted():
        writes.append(None)
        return write()

    database.write = counted  # type: ignore[method-assign]
    for _ in range(30):
        clock.advance(seconds=5)
        assert sessions.find("hash")
    assert len(writes) == 2


def test_a_database_that_takes_no_writes_can_be_looked_at(
    sessions: SqlSessions, clock: Clock, database: Database, monkeypatch: pytest.MonkeyPatch
):
    assert sessions.open("hash", "sara", HASH)
    clock.advance(minutes=2)
    monkeypatch.setattr(database, "write", Mock(side_effect=StoreUnavailable("the file is read-only")))
    assert sessions.find("hash") == SessionUser("sara", "operator")


def test_ended_sessions_and_the_oldest_of_too_many_are_deleted(sessions: SqlSessions, clock: Clock):
    for number in range(MAX_OF_USER + 3):
        clock.advance(seconds=1)
        assert sessions.open(f"hash{number}", "sara", HASH)
    assert [sessions.find(f"hash{number}") is None for number in range(4)] == [True, True, True, False]
    clock.advance(hours=13)
    assert sessions.open("new", "sara", HASH)
    assert sessions.find("new")
    assert sessions.find(f"hash{MAX_OF_USER + 2}") is None


def test_logins_at_once_all_get_a_session(sessions: SqlSessions):
    opened = at_once(lambda number: sessions.open(f"hash{number}", "sara", HASH), range(6))
    assert opened == [True] * 6
    assert all(sessions.find(f"hash{number}") for number in range(6))
