"""Every answer of the console forbids what its pages never do, and every error is a page that says what to do."""

import pytest

from tests.support.console_client import Browser
from worker.console.headers import HEADERS
from worker.store.database.database import Database


@pytest.mark.parametrize("path", ["/about", "/nowhere", "/healthz", "/login", "/defect", "/static/console.css"])
def test_every_answer_forbids_what_a_page_never_does(browser: Browser, path: str):
    response = browser.get(path)
    assert HEADERS.items() <= dict(response.headers).items()
    assert response.headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")
    response.close()


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, "There is no such page"),
        ("//about", 404, "There is no such page"),
        ("/illegal", 409, "That is not allowed."),
        ("/without-database", 503, "The database is &lt;gone&gt;. This page loads again by itself."),
        ("/defect", 500, "This is a defect of the program."),
    ],
)
def test_an_error_is_a_page_that_says_what_to_do(browser: Browser, path: str, status: int, words: str):
    response = browser.get(path)
    assert response.status_code == status
    assert words in browser.page
    assert "a secret of the program" not in browser.page
    assert '<nav aria-label="Pages">' in browser.page


def test_a_page_without_database_loads_again(browser: Browser):
    response = browser.get("/without-database")
    assert (response.headers["Retry-After"], response.headers["Refresh"]) == ("5", "5")


def test_an_act_without_database_is_not_repeated_and_says_that_nobody_knows_its_end(browser: Browser):
    browser.get("/form")
    response = browser.post("/without-database")
    assert response.status_code == 503
    assert "Refresh" not in response.headers
    assert "Look whether anything was done" in browser.page


def test_a_wrong_method_is_an_error_page_with_the_right_ones(browser: Browser):
    browser.get("/form")
    response = browser.post("/about")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/login", "/about", "/nowhere"])
@pytest.mark.parametrize("query", ["x=\xff", "next=\xc3"])
def test_an_address_that_is_not_utf_8_is_a_mistake_and_no_defect(browser: Browser, path: str, query: str):
    environ = {"REMOTE_ADDR": browser.peer, "QUERY_STRING": query}
    response = browser.client.get(path, base_url=browser.origin, environ_overrides=environ)
    assert response.status_code == 400
    assert "cannot be read, because it is not UTF-8" in response.text


@pytest.mark.parametrize("host", [".", "a..b", "x" * 64, "", "a b", "[::1", "\xff", "a:b", "::"])
def test_a_host_that_is_none_is_refused_with_a_page(browser: Browser, host: str):
    environ = {"REMOTE_ADDR": browser.peer, "HTTP_HOST": host}
    for path in ("/login", "/about", "/nowhere", "/static/console.css"):
        response = browser.client.get(path, environ_overrides=environ)
        assert response.status_code in {200, 403, 404}, path
        assert response.status_code != 200 or path.startswith("/static")
        response.close()


def test_a_page_that_loads_itself_again_asks_for_its_own_address(browser: Browser):
    browser.get("/live/50%25%3Fx%20y/%D8%B3?a=%2F&b=c+d")
    assert "here: /live/50%25%3Fx%20y/%D8%B3?a=%2F&amp;b=c+d." in browser.page


def test_a_form_that_is_too_large_is_refused(browser: Browser):
    browser.get("/form")
    response = browser.post("/act", {"reason": "x" * 70_000})
    assert response.status_code == 413
    assert "The form is too large" in browser.page


def test_whoever_may_log_in_learns_that_the_console_lives_without_its_database(browser: Browser, database: Database):
    database.close()
    assert browser.get("/healthz").text == "alive\n"
