"""The console without its process: its application on a real database, with pages that only tests have."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask, render_template_string

from tests.support.browser import Visitor, running_browser
from tests.support.console_client import PASSWORD, Browser, console_app
from tests.support.wire import serving
from webhook_receiver.server.timeouts import Timeouts
from worker.console.access import passwords
from worker.console.access.passwords import hash_password
from worker.console.pages import about, health, login, password
from worker.console.parts import Parts, current_user
from worker.domain.errors import IllegalRequest, StoreUnavailable
from worker.store.console.users import SqlUsers
from worker.store.database.database import Database

PAGES = (health.add_routes, login.add_routes, password.add_routes, about.add_routes)


def add_samples(app: Flask, _parts: Parts) -> None:
    """Add an act, and pages that fail."""

    def fail(error: Exception) -> Callable[[], str]:
        def view() -> str:
            raise error

        return view

    app.add_url_rule("/form", "form", lambda: render_template_string("{{ own_form() }}"))
    app.add_url_rule("/live/<path:_>", "live", lambda _: render_template_string("here: {{ here }}."))
    app.add_url_rule("/act", "act", lambda: f"done by {current_user().name}", methods=["POST"])
    unavailable = StoreUnavailable("the database is <gone>")
    app.add_url_rule("/without-database", "a", fail(unavailable), methods=["GET", "POST"])
    app.add_url_rule("/illegal", "b", fail(IllegalRequest("that is not allowed")))
    app.add_url_rule("/defect", "c", fail(RuntimeError("a secret of the program")))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost little."""
    monkeypatch.setattr(passwords, "METHOD", "scrypt:1024:8:1")


@pytest.fixture
def users(database: Database) -> SqlUsers:
    """The users: sara, who may act, and victor, who may look."""
    store = SqlUsers(database)
    assert store.add("sara", "operator", hash_password(PASSWORD))
    assert store.add("victor", "viewer", hash_password(PASSWORD))
    return store


@pytest.fixture
def open_console(database: Database) -> Iterator[Callable[..., Browser]]:
    """Opens a console with the settings, and a browser for it, on this machine."""
    with ExitStack() as stack:

        def open_one(**settings: str) -> Browser:
            return Browser(stack.enter_context(console_app(database, (*PAGES, add_samples), **settings)))

        yield open_one


@pytest.fixture
def browser(open_console: Callable[..., Browser]) -> Browser:
    return open_console()


@pytest.fixture
def visit() -> Iterator[Callable[..., Visitor]]:
    """Serves a console, and opens Chromium for it. Without Chromium, the test is skipped."""
    with ExitStack() as stack:

        def visit_one(app: Flask, **fields: Any) -> Visitor:
            _, port = stack.enter_context(serving(app, Timeouts()))
            browser = stack.enter_context(running_browser())
            return stack.enter_context(Visitor(browser, f"http://127.0.0.1:{port}", **fields))

        yield visit_one
