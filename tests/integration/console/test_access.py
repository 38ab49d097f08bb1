"""Who may use the console: every page and act passes the gate, whatever a request claims about itself."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.support.console_client import PASSWORD, PUBLIC, Browser, console_app
from worker.console.access.gate import FORGED, VIEWER, VIEWER_BY_PROXY
from worker.console.access.passwords import hash_password
from worker.console.routes import ROUTES
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database

OWN_FORMS = {"/login", "/logout", "/password"}
"""The forms of every user."""
OPEN_TO_EVERYBODY = {"/healthz", "/login", "/static/<path:filename>"}
PROXY = {"TRUSTED_PROXIES": "192.0.2.9", "USER_HEADER": "X-Auth-User", "OPERATORS": '["Sara", "ali"]'}

# -------------------------------------------------------------------------------------------------------- every route


def routes(app: Flask) -> list[tuple[Rule, str]]:
    return [(rule, method) for rule in app.url_map.iter_rules() for method in sorted(rule.methods or ())]


def path_of(rule: Rule) -> str:
    """Return a path that the rule matches."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda part: "1" if part[1] == "int" else "x", rule.rule)


def test_a_stranger_gets_no_page_and_does_no_act(database: Database, users: SqlUsers):
    with console_app(database, ROUTES) as app:
        closed = [(rule, method) for rule, method in routes(app) if rule.rule not in OPEN_TO_EVERYBODY]
        assert closed
        for rule, method in closed:
            response = Browser(app).client.open(path_of(rule), method=method, base_url="http://127.0.0.1:8001")
            if method in {"GET", "HEAD"}:
                assert response.status_code == 303, rule
                assert response.location.startswith("/login?next=%2F"), rule
            elif method != "OPTIONS":
                assert response.status_code == 401, rule


def test_a_viewer_does_no_act(database: Database, users: SqlUsers):
    with console_app(database, ROUTES) as app:
        viewer = Browser(app)
        assert viewer.log_in("victor", PASSWORD, "/about").status_code == 303
        viewer.get("/about")
        token = viewer.token
        acts = [rule for rule, method in routes(app) if method == "POST" and rule.rule not in OWN_FORMS]
        assert acts
        for rule in acts:
            assert viewer.post(path_of(rule), {"form_token": token}).status_code == 403, rule
            assert VIEWER.partition(".")[0] in viewer.page


def test_no_act_is_done_without_the_form_token(database: Database, users: SqlUsers):
    with console_app(database, ROUTES) as app:
        operator = Browser(app)
        assert operator.log_in("sara", PASSWORD).status_code == 303
        for rule, method in routes(app):
            if method == "POST" and rule.rule != "/login":
                assert operator.post(path_of(rule), {"form_token": "0" * 64}).status_code == 403, rule
                assert FORGED in operator.page


def test_only_forms_change_something(database: Database):
    with console_app(database, ROUTES) as app:
        assert {method for _, method in routes(app)} <= {"GET", "HEAD", "OPTIONS", "POST"}


# ---------------------------------------------------------------------------------------------------- on this machine


def test_without_users_this_machine_acts_as_the_user_who_runs_the_console(browser: Browser):
    assert browser.get("/about").status_code == 200
    assert "<bdi>local</bdi>, operator" in browser.page
    browser.get("/form")
    assert browser.post("/act").text == "done by local"


@pytest.mark.parametrize(
    ("peer", "origin", "headers"),
    [
        ("192.0.2.1", "http://127.0.0.1:8001", {}),
        ("127.0.0.1", "http://rebound.example:8001", {}),
        ("127.0.0.1", "http://127.0.0.1.evil.example", {}),
        ("127.0.0.1", "http://localhost", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", "http://localhost", {"Forwarded": "for=127.0.0.1"}),
        ("", "http://127.0.0.1:8001", {}),
    ],
)
def test_without_users_nobody_else_gets_in(browser: Browser, peer: str, origin: str, headers: dict[str, str]):
    other = Browser(browser.app, origin, peer, headers)
    for response in (other.get("/about"), other.post("/act"), other.get("/nowhere")):
        assert response.status_code == 403
    assert "fulfillment console users add NAME" in other.page
    assert (other.get("/login").status_code, other.log_in("sara", PASSWORD).status_code) == (403, 403)
    assert "local" not in other.page.partition("<main")[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8001", "localhost:8001", "[::1]:8001"])
def test_each_name_of_this_machine_is_this_machine(browser: Browser, host: str):
    assert Browser(browser.app, f"http://{host}").get("/about").status_code == 200


def test_as_soon_as_there_is_a_user_this_machine_logs_in_too(browser: Browser, database: Database):
    assert browser.get("/about").status_code == 200
    assert SqlUsers(database).add("sara", "operator", hash_password(PASSWORD))
    assert browser.get("/about").status_code == 303


# -------------------------------------------------------------------------------------------------- the trusted proxy


@pytest.mark.parametrize(("name", "role"), [("sara", "operator"), ("ALI", "operator"), ("victor", "viewer")])
def test_a_trusted_proxy_names_the_user(open_console: Callable[..., Browser], name: str, role: str):
    browser = Browser(open_console(**PROXY).app, PUBLIC, "192.0.2.9", {"X-Auth-User": name})
    assert browser.get("/about").status_code == 200
    assert f"<bdi>{name.lower()}</bdi>, {role}" in browser.page
    assert "Log out" not in browser.page


@pytest.mark.parametrize("peer", ["192.0.2.8", "127.0.0.1", ""])
def test_nobody_else_names_a_user(open_console: Callable[..., Browser], users: SqlUsers, peer: str):
    browser = Browser(open_console(**PROXY).app, PUBLIC, peer, {"X-Auth-User": "sara", "X-Forwarded-For": "192.0.2.9"})
    assert browser.get("/about").status_code == 403
    assert "console.trusted_proxies" in browser.page


@pytest.mark.parametrize("name", ["", "sara, victor", "sara victor", "<b>", "a" * 65])
def test_a_proxy_that_names_nobody_lets_nobody_in(open_console: Callable[..., Browser], name: str):
    browser = Browser(open_console(**PROXY).app, PUBLIC, "192.0.2.9", {"X-Auth-User": name})
    assert browser.get("/about").status_code == 403
    assert Browser(browser.app, PUBLIC, "192.0.2.9").get("/about").status_code == 403


def test_where_a_proxy_names_the_users_no_password_and_no_session_helps(
    browser: Browser, open_console: Callable[..., Browser], users: SqlUsers
):
    cookie = browser.log_in("sara", PASSWORD).headers["Set-Cookie"].partition(";")[0]
    local = Browser(open_console(**PROXY).app, headers={"Cookie": cookie})
    assert local.get("/about").status_code == 403
    assert local.log_in("sara", PASSWORD).status_code == 403


def test_a_viewer_of_the_proxy_is_told_which_setting_lets_people_act(open_console: Callable[..., Browser]):
    browser = Browser(open_console(**PROXY).app, PUBLIC, "192.0.2.9", {"X-Auth-User": "victor"})
    assert browser.post("/act").status_code == 403
    assert VIEWER_BY_PROXY in browser.page
