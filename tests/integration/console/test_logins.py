"""Logins at the console: passwords, cookies, sessions, and forms that another site sends."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from tests.support.clock import Clock
from tests.support.console_client import PASSWORD, PUBLIC, Browser
from worker.console.access import logins
from worker.console.access.gate import SESSION_OVER
from worker.console.access.login_limit import TRIES_AT_ONCE
from worker.console.access.logins import WRONG
from worker.console.access.passwords import Busy, hash_password
from worker.console.pages.login import NEEDS_HTTPS
from worker.domain.errors import StoreUnavailable
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database
from worker.store.tables import console_sessions, console_users


def test_a_user_logs_in_and_is_led_back(browser: Browser, users: SqlUsers):
    assert browser.get("/about?x=1&y=a+b").location == "/login?next=%2Fabout%3Fx%3D1%26y%3Da%2Bb"
    assert browser.get("/login?next=%2Fabout%3Fx%3D1%26y%3Da%2Bb").status_code == 200
    assert 'value="/about?x=1&amp;y=a+b"' in browser.page
    response = browser.log_in(" SARA", PASSWORD, "/about?x=1")
    assert (response.status_code, response.location) == (303, "/about?x=1")
    assert browser.get("/about").status_code == 200
    assert "<bdi>sara</bdi>, operator" in browser.page
    assert browser.post("/act").text == "done by sara"
    assert browser.get("/login?next=/about").location == "/about"


def test_a_login_leads_back_to_a_name_that_an_address_has_to_encode(browser: Browser, users: SqlUsers):
    wanted = "/orders/main/number:50%25%3Fx%20%D8%B3"
    assert browser.get(browser.get(wanted).location).status_code == 200
    assert f'name="next" value="{wanted}"' in browser.page
    assert browser.log_in("sara", PASSWORD, wanted).location == wanted


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_login_never_leads_to_another_site(browser: Browser, users: SqlUsers, wanted: str):
    browser.get(f"/login?next={wanted}")
    assert wanted not in browser.page
    assert browser.log_in("sara", PASSWORD, wanted).location == "/"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(browser: Browser, users: SqlUsers):
    answers = set()
    for name, password in (("sara", "wrong"), ("nobody", PASSWORD), ("", ""), ("a" * 5000, "b" * 5000), ("\x00", "x")):
        response = browser.log_in(name, password)
        assert response.status_code == 401
        assert WRONG in browser.page
        assert "Set-Cookie" not in response.headers
        answers.add(browser.page)
    assert len(answers) == 1


def test_too_many_wrong_passwords_have_to_wait(browser: Browser, users: SqlUsers):
    for _ in range(TRIES_AT_ONCE):
        assert browser.log_in("sara", "wrong").status_code == 401
    response = browser.log_in("sara", PASSWORD)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert "Set-Cookie" not in response.headers


def test_right_passwords_are_never_too_many(browser: Browser, users: SqlUsers):
    assert [browser.log_in("sara", PASSWORD).status_code for _ in range(2 * TRIES_AT_ONCE)] == [303] * 2 * TRIES_AT_ONCE


@pytest.mark.parametrize(("trouble", "status"), [(Busy(), 429), (StoreUnavailable("the database is locked"), 503)])
def test_a_password_that_was_not_checked_is_no_wrong_one(
    browser: Browser, users: SqlUsers, monkeypatch: pytest.MonkeyPatch, trouble: Exception, status: int
):
    with monkeypatch.context() as patched:
        patched.setattr(logins, "is_password", Mock(side_effect=trouble))
        for _ in range(3 * TRIES_AT_ONCE):
            assert browser.log_in("sara", PASSWORD).status_code == status
    assert browser.log_in("sara", PASSWORD).status_code == 303


def test_behind_a_trusted_proxy_each_client_has_its_own_limit(open_console: Callable[..., Browser], users: SqlUsers):
    browser = open_console(TRUSTED_PROXIES="127.0.0.1")
    for number in range(3 * TRIES_AT_ONCE):
        browser.headers = {"X-Forwarded-For": "192.0.2.1"}
        browser.log_in(f"user{number}", "wrong")
    assert browser.log_in("sara", PASSWORD).status_code == 429
    browser.headers = {"X-Forwarded-For": "192.0.2.2"}
    assert browser.log_in("sara", PASSWORD).status_code == 303


def test_the_cookie_of_a_session_is_for_no_script_and_no_other_site(browser: Browser, users: SqlUsers):
    local = browser.log_in("sara", PASSWORD).headers["Set-Cookie"]
    assert local.startswith("fulfillment=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= {*local.split("; ")}
    public = Browser(browser.app, PUBLIC, "192.0.2.1").log_in("sara", PASSWORD).headers["Set-Cookie"]
    assert public.startswith("__Host-fulfillment=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Secure"} <= {*public.split("; ")}
    assert "Domain" not in public


def test_a_cookie_of_this_machine_is_none_elsewhere(browser: Browser, users: SqlUsers):
    cookie = browser.log_in("sara", PASSWORD).headers["Set-Cookie"].partition(";")[0]
    assert browser.get("/about").status_code == 200
    assert Browser(browser.app, PUBLIC, "192.0.2.1", {"Cookie": cookie}).get("/about").status_code == 303


def test_a_password_is_never_taken_over_http_from_elsewhere(browser: Browser, users: SqlUsers):
    other = Browser(browser.app, "http://console.example", "192.0.2.1", {"Origin": "http://console.example"})
    assert other.log_in("sara", PASSWORD).status_code == 403
    assert NEEDS_HTTPS.partition(":")[0] in other.page


def test_a_logout_ends_the_session_for_everybody_who_has_its_cookie(browser: Browser, users: SqlUsers):
    cookie = browser.log_in("sara", PASSWORD).headers["Set-Cookie"].partition(";")[0]
    browser.get("/about")
    response = browser.post("/logout")
    assert (response.status_code, response.location) == (303, "/login")
    assert "Max-Age=0" in response.headers["Set-Cookie"]
    assert Browser(browser.app, headers={"Cookie": cookie}).get("/about").status_code == 303


def test_what_happens_to_a_user_counts_from_the_next_request_on(browser: Browser, users: SqlUsers):
    browser.log_in("sara", PASSWORD)
    browser.get("/about")
    assert users.set_role("sara", "viewer")
    assert browser.post("/act").status_code == 403
    assert users.set_password("sara", hash_password("another long password"))
    assert browser.get("/about").status_code == 303


def test_a_session_is_over_in_time(browser: Browser, users: SqlUsers, clock: Clock):
    browser.log_in("sara", PASSWORD)
    browser.get("/about")
    token = browser.token
    clock.advance(hours=12)
    assert browser.post("/act", {"form_token": token}).status_code == 401
    assert SESSION_OVER in browser.page
    assert browser.get("/about", HX_Request="true").status_code == 401


def test_a_page_that_loads_itself_again_keeps_no_session(browser: Browser, users: SqlUsers, clock: Clock):
    browser.log_in("sara", PASSWORD)
    for _ in range(11):
        clock.advance(hours=1)
        assert browser.get("/about", HX_Request="true").status_code == 200
    clock.advance(minutes=59)
    assert browser.get("/about").status_code == 200
    clock.advance(hours=11)
    assert browser.get("/about", HX_Request="true").status_code == 200
    clock.advance(hours=1)
    assert browser.get("/about", HX_Request="true").status_code == 401


def test_no_cookie_and_no_password_is_in_the_database(browser: Browser, users: SqlUsers, database: Database):
    secret = browser.log_in("sara", PASSWORD).headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    assert len(secret) == 43
    with database.read() as connection:
        rows = [str([*row]) for table in (console_users, console_sessions) for row in connection.execute(select(table))]
    assert len(rows) == 3
    assert not any(secret in row or PASSWORD in row for row in rows)


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 5000, "../../etc", "é"])
def test_an_invented_session_is_none(browser: Browser, users: SqlUsers, secret: str):
    browser.headers = {"Cookie": f"fulfillment={secret}"}
    assert browser.get("/about").status_code == 303


# ---------------------------------------------------------------------------------------------------- forms of others


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_does_nothing(browser: Browser, users: SqlUsers, headers: dict[str, str]):
    other = Browser(browser.app, headers=headers)
    assert other.log_in("sara", PASSWORD).status_code == 403
    browser.log_in("sara", PASSWORD)
    browser.get("/about")
    browser.headers = headers
    assert browser.post("/act").status_code == 403


@pytest.mark.parametrize("path", ["/about", "/login", "/healthz", "/nowhere", "/static/console.css"])
def test_no_page_of_another_site_loads_a_page_of_ours_as_a_part(browser: Browser, path: str):
    parts = [("cross-site", "image"), ("cross-site", "iframe"), ("same-site", "empty")]
    refused = [browser.get(path, Sec_Fetch_Site=site, Sec_Fetch_Dest=part).status_code for site, part in parts]
    assert refused == [403] * len(parts)


def test_a_link_of_another_site_leads_to_a_page_of_ours(browser: Browser):
    for site in ("cross-site", "none", "same-origin"):
        assert browser.get("/about", Sec_Fetch_Site=site, Sec_Fetch_Dest="document").status_code == 200
    assert browser.get("/about", Sec_Fetch_Site="same-origin", Sec_Fetch_Dest="empty").status_code == 200


def test_the_token_of_another_session_is_none(browser: Browser, users: SqlUsers):
    other = Browser(browser.app)
    for each in (browser, other):
        each.log_in("sara", PASSWORD)
        each.get("/about")
    assert browser.token != other.token
    assert browser.post("/act", {"form_token": other.token}).status_code == 403
    browser.get("/about")
    assert browser.post("/act", X_Form_Token=browser.token).status_code == 200
