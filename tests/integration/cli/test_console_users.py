"""`fulfillment console users`: who may log in, by passwords that no command line and no output has."""

import io
import os

import pytest

from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.programs import until
from tests.support.terminal import terminal
from worker.console.access import passwords
from worker.console.access.passwords import is_password
from worker.store.console.users import SqlUsers, StoredUser
from worker.store.database.database import Database

PASSWORD = "three wheels and a kite"


@pytest.fixture
def users(fulfillment: Commands, sqlite_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> SqlUsers:
    """The users of an installation, as the database has them."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")
    fulfillment.set(
        {"FULFILLMENT_DATABASE_URL": sqlite_url.replace("sqlite:///", "sqlite:////").replace("/////", "////")}
    )
    return SqlUsers(Database(sqlite_url))


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch):
    """Lets a program send a line to the command."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def stored(users: SqlUsers, name: str) -> StoredUser:
    user = users.find(name)
    assert user
    return user


@pytest.mark.parametrize("sent", [PASSWORD, f"{PASSWORD}\n", f"{PASSWORD}\r\nmore\n"])
def test_a_program_adds_a_user_with_the_first_line_that_it_sends(fulfillment, users, types, sent):
    types(sent)
    result = fulfillment("console", "users", "add", "Sara", "--role", "operator", "--password-stdin")
    assert (result.code, result.out, result.err) == (0, "sara may log in, as operator.\n", "")
    assert stored(users, "sara").role == "operator"
    assert is_password(PASSWORD, stored(users, "sara").password)


def test_a_new_user_only_looks_unless_a_role_is_named(fulfillment, users, types):
    types(PASSWORD)
    assert fulfillment("console", "users", "add", "sara", "--password-stdin").code == 0
    assert stored(users, "sara").role == "viewer"
    assert fulfillment("console", "users", "role", "SARA", "operator").out == "sara is operator now.\n"
    assert stored(users, "sara").role == "operator"


@pytest.mark.parametrize(
    ("name", "password", "message"),
    [
        ("sara", "short", "the password must have at least 12 characters"),
        ("sara", "", "the password must have at least 12 characters"),
        ("sara", "1234567890qwerty", "the password can be guessed"),
        ("a) root (b", PASSWORD, "cannot be the name of a user"),
        ("\x1b[31msara", PASSWORD, "cannot be the name of a user"),
        ("olga", PASSWORD, "the console has a user olga"),
    ],
)
def test_a_weak_password_and_a_name_that_is_none_or_taken_are_refused(
    fulfillment, users, types, name, password, message
):
    assert users.add("olga", "viewer", "hash")
    types(password)
    result = fulfillment("console", "users", "add", name, "--password-stdin")
    assert result.code == 2
    assert message in result.err
    assert "\x1b" not in result.err
    assert not password or password not in result.err
    assert [user.name for user in users.all()] == ["olga"]


def test_nobody_is_asked_where_nobody_can_answer(fulfillment, users, types):
    types("")
    result = fulfillment("console", "users", "add", "sara")
    assert result.code == 2
    assert "--password-stdin" in result.err


def test_a_new_password_replaces_the_old_one(fulfillment, users, types):
    types(PASSWORD)
    fulfillment("console", "users", "add", "sara", "--password-stdin")
    types("another long password")
    result = fulfillment("console", "users", "password", "sara", "--password-stdin")
    assert result.out == "sara has a new password, and is logged out.\n"
    assert is_password("another long password", stored(users, "sara").password)


def test_the_last_removal_says_who_may_use_the_console_now(fulfillment, users):
    for name in ("olga", "sara"):
        users.add(name, "viewer", "hash")
    assert fulfillment("console", "users", "remove", "olga").out == "olga is removed, and logged out.\n"
    assert "everybody on this machine may use it" in fulfillment("console", "users", "remove", "sara").out
    advice = fulfillment("console", "users", "list").out.splitlines()
    assert advice[0].startswith("The console has no users: everybody on this machine may use it.")
    assert advice[-1] == "fulfillment console users add NAME --role operator"


@pytest.mark.parametrize(
    "arguments", [("remove", "bob"), ("role", "bob", "viewer"), ("password", "bob"), ("remove", "-")]
)
def test_an_unknown_user_is_a_mistake(fulfillment, users, types, arguments):
    types(PASSWORD)
    stdin = ["--password-stdin"] if arguments[0] == "password" else []
    result = fulfillment("console", "users", *arguments, *stdin)
    assert result.code == 2
    assert "fulfillment console users list" in result.err


def test_the_list_has_no_hash(fulfillment, users):
    users.add("sara", "operator", "scrypt:the-hash")
    shown, listed = fulfillment("console", "users", "list"), fulfillment("console", "users", "list", "--json")
    assert "sara" in shown.out
    assert "the-hash" not in shown.out + listed.out
    assert {*listed.document} == {"name", "role", "created_at", "changed_at"}
    assert (listed.document["name"], listed.document["role"]) == ("sara", "operator")


def test_the_log_says_who_changed_which_user(fulfillment, users, types, monkeypatch):
    assert "No user of the console was added" in fulfillment("console", "users", "log").out
    monkeypatch.setenv("SUDO_USER", "layla")
    types(PASSWORD)
    fulfillment("console", "users", "add", "sara", "--password-stdin")
    fulfillment("console", "users", "role", "sara", "operator")
    fulfillment("console", "users", "remove", "sara")
    lines = fulfillment("console", "users", "log").out.splitlines()
    printed = [" ".join(line.split()[-4:]) for line in lines if "layla" in line]
    assert len(printed) == 3
    assert printed[0] == "sara added: viewer layla"
    documents = fulfillment("console", "users", "log", "--json").documents
    assert [(each["name"], each["change"], each["role"], each["done_by"]) for each in documents] == [
        ("sara", "added", "viewer", "layla"),
        ("sara", "role", "operator", "layla"),
        ("sara", "removed", "", "layla"),
    ]


def test_a_terminal_does_not_show_the_password(fulfillment, users):
    assert os.environ["FULFILLMENT_DATABASE_URL"]
    with terminal("console", "users", "add", "sara") as person:
        until(lambda: "Password:" in person.seen(), what="the question")
        person.type(f"{PASSWORD}\n")
        until(lambda: "The same again:" in person.seen(), what="the second question")
        person.type(f"{PASSWORD}\n")
        until(lambda: "sara may log in" in person.seen(), what="the answer")
        assert PASSWORD not in person.seen()
    assert users.exist()
