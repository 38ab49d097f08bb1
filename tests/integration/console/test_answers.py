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


def test_a_form_that_is_too_large_is_refused(browser: Browser):
    browser.get("/form")
    response = browser.post("/act", {"reason": "x" * 70_000})
    assert response.status_code == 413
    assert "The form is too large" in browser.page


def test_whoever_may_log_in_learns_that_the_console_lives_without_its_database(browser: Browser, database: Database):
    database.close()
    assert browser.get("/healthz").text == "alive\n"
