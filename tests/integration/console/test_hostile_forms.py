"""No text from outside becomes markup in the form of an act, hides or reorders there, or makes a page fail."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from tests.support.console_client import Browser, console_app
from tests.support.hostile_rows import fill_with_hostile_rows
from worker.console.routes import ROUTES
from worker.domain.text import INVISIBLE
from worker.operations.acts import Subject, acts_on
from worker.store.database.database import Database

HIDES = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{INVISIBLE}]")
FOREIGN = {"i", "img", "iframe", "object", "style"}
SENT_TO = {"href", "src", "action", "formaction", "hx-get"}

FIELDS = {
    "/orders": ("account", "state", "since", "older_than", "matching", "by", "after"),
    "/deliveries": ("outcome", "source", "since", "order", "peer", "after"),
    "/orders/-": ("order",),
    "/orders/-/add-parcel": ("order",),
    "/orders/-/many/release?state=stopped": ("order", "seen_at", "since"),
    "/deliveries/-/replay": ("id", "source", "since"),
    "/accounts/main/release": ("hold",),
}
"""The fields in addresses that a database gets, by page."""


class Markup(HTMLParser):
    """Finds what no page of ours has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.strange: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        is_ours = tag != "script" or values.get("src", "").startswith("/static/")
        if tag in FOREIGN or not is_ours or values.get("id") == "hacked":
            self.strange.append(tag)
        for name, value in values.items():
            if name.startswith("on") or name == "style" or (name in SENT_TO and not re.match(r"[/#](?![/\\])", value)):
                self.strange.append(f"{tag} {name}={value}")


@pytest.fixture
def browser(sqlite_url: str) -> Iterator[Browser]:
    database = Database(sqlite_url)
    with console_app(database, ROUTES) as app:
        yield Browser(app)
    database.close()


def forms(orders: list[str]) -> Iterator[str]:
    """Yield the addresses of the forms of all acts, for each of *orders*."""
    for name in acts_on(Subject.ORDER):
        yield from (f"/orders/-/{name}?{urlencode({'order': order})}" for order in orders)
    yield from (f"/accounts/{account}/{name}" for name in acts_on(Subject.ACCOUNT) for account in ("main", "held"))
    yield from (f"/orders/-/many/{act}?state=stopped" for act in ("release", "retry", "close"))
    yield from ("/deliveries/-/replay?outcome=quarantined", "/sources/courier/rename")


def test_every_form_of_an_act_shows_texts_from_outside_as_texts(browser: Browser, sqlite_url: str):
    pages = fill_with_hostile_rows(sqlite_url).values()
    orders = [page.removeprefix("/orders/") for page in pages]
    shown = 0
    for path in forms(orders):
        shown += browser.get(path).status_code == 200
        assert Markup(browser.page).strange == [], path
        assert HIDES.search(browser.page) is None, path
    assert shown > len(orders)


@pytest.mark.parametrize(
    "text", ["\x00", "main/\x00", "9" * 5000, "9223372036854775808", "²", "9999-12-31T23:59:59+14:00"]
)
def test_no_field_makes_a_page_fail(database: Database, text: str):
    with console_app(database, ROUTES) as app:
        browser = Browser(app)
        for path, names in FIELDS.items():
            for name in names:
                answer = browser.get(f"{path}{'&' if '?' in path else '?'}{urlencode({name: text})}")
                assert answer.status_code in {200, 404, 409}, (path, name)
