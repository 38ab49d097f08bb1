"""Users change their own passwords: with the present one, within the limit of tries, and all other sessions end."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tests.support.console_client import PASSWORD, Browser
from worker.console.access import logins
from worker.console.access.login_limit import TRIES_AT_ONCE
from worker.console.access.logins import BUSY, NOT_NEW, OVERTAKEN, WRONG_FORMER
from worker.console.access.passwords import Busy, hash_password
from worker.console.pages.password import DIFFERENT
from worker.store.console.users import SqlUsers

NEW = "a kite and three wheels"


@pytest.fixture
def browser(open_console: Callable[..., Browser], users: SqlUsers) -> Browser:
    return logged_in(open_console())


def logged_in(browser: Browser, name: str = "sara") -> Browser:
    assert browser.log_in(name, PASSWORD).status_code == 303
    return browser


def change(browser: Browser, former: str = PASSWORD, new: str = NEW, again: str | None = None) -> TestResponse:
    """Open the form, fill it in and send it."""
    browser.get("/password")
    return browser.post("/password", {"former": former, "password": new, "again": new if again is None else again})


@pytest.mark.parametrize("name", ["sara", "victor"])
def test_a_new_password_ends_all_sessions_but_goes_on_here(browser: Browser, name: str):
    here, there = logged_in(Browser(browser.app), name), logged_in(Browser(browser.app), name)
    before = here.client.get_cookie("fulfillment", "127.0.0.1")
    assert change(here).status_code == 200
    assert "logged out everywhere else" in here.page
    after = here.client.get_cookie("fulfillment", "127.0.0.1")
    assert before
    assert after
    assert before.value != after.value
    assert there.get("/about").status_code == 303
    assert here.post("/logout").status_code == 303, "the page has the form token of the new session"
    assert here.log_in(name, PASSWORD).status_code == 401
    assert here.log_in(name, NEW).status_code == 303
    assert browser.get("/about").status_code == (200 if name == "victor" else 303)


def test_the_log_of_users_says_that_the_user_did_it(browser: Browser, users: SqlUsers):
    change(browser)
    assert (users.log(1)[0].name, users.log(1)[0].change, users.log(1)[0].done_by) == ("sara", "password", "sara")


def test_the_page_about_the_user_leads_there(browser: Browser):
    browser.get("/about")
    assert 'href="/password"' in browser.page


def test_without_the_present_password_nothing_changes_and_tries_are_counted(browser: Browser):
    for _ in range(TRIES_AT_ONCE):
        assert change(browser, former="a wrong password").status_code == 409
        assert WRONG_FORMER in browser.page
    response = change(browser)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert browser.get("/about").status_code == 200, "the session goes on"
    assert Browser(browser.app, peer="127.0.0.2").log_in("sara", NEW).status_code != 303


@pytest.mark.parametrize(
    ("new", "again", "problem"),
    [
        *((NEW, "another", DIFFERENT), (NEW, "", DIFFERENT), (PASSWORD, PASSWORD, NOT_NEW), ("", "", "at least 12")),
        *(("short", "short", "at least 12"), ("sarasarasara", "sarasarasara", "hardly more than the name")),
        ("x" * 257, "x" * 257, "at most 256"),
    ],
)
def test_a_password_that_is_refused_changes_nothing(browser: Browser, new: str, again: str, problem: str):
    assert change(browser, PASSWORD, new, again).status_code == 409
    assert problem in browser.page
    assert PASSWORD not in browser.page
    assert browser.get("/about").status_code == 200
    assert Browser(browser.app).log_in("sara", PASSWORD).status_code == 303


def test_a_password_that_was_set_meanwhile_stays(browser: Browser, users: SqlUsers, monkeypatch: pytest.MonkeyPatch):
    def hash_late(new: str) -> str:
        assert users.set_password("sara", hash_password("set by an administrator"))
        return hash_password(new)

    with monkeypatch.context() as patched:
        patched.setattr(logins, "hash_password", hash_late)
        assert change(browser).status_code == 409
    assert OVERTAKEN in browser.page
    assert browser.log_in("sara", NEW).status_code == 401
    assert browser.log_in("sara", "set by an administrator").status_code == 303


@pytest.mark.parametrize("part", ["is_password", "hash_password"])
def test_a_password_that_has_no_turn_can_be_sent_again(browser: Browser, monkeypatch: pytest.MonkeyPatch, part: str):
    with monkeypatch.context() as patched:
        patched.setattr(logins, part, Mock(side_effect=Busy()))
        for _ in range(2 * TRIES_AT_ONCE):
            assert change(browser).status_code == 429
            assert BUSY in browser.page
    assert change(browser).status_code == 200


def test_who_has_not_logged_in_here_has_no_password_to_change(open_console: Callable[..., Browser]):
    local = open_console()
    local.get("/about")
    assert 'href="/password"' not in local.page
    assert local.get("/password").status_code == 409
    local.get("/form")
    assert local.post("/password", {"former": "x", "password": NEW, "again": NEW}).status_code == 409
    assert "You have not logged in with a password" in local.page


def test_the_log_says_who_has_changed_a_password_and_has_none(browser: Browser):
    with capture_logs() as lines:
        change(browser)
    (line,) = [line for line in lines if line["event"] == "console_password_changed"]
    assert (line["user"], line["peer"]) == ("sara", "127.0.0.1")
    assert not any(word in str(lines) for word in (PASSWORD, NEW))
