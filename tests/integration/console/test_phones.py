"""On a phone, lists are read from top to bottom: nothing in them is beside the window, however long a text is."""

from collections.abc import Callable
from contextlib import closing

import pytest

from tests.support.browser import DESKTOP, PHONE, Visitor
from tests.support.console_client import console_app
from tests.support.hostile_rows import fill_with_hostile_rows
from worker.store.database.database import Database

pytestmark = pytest.mark.timeout(600)

LISTS = (
    *("/", "/orders", "/orders?by=cause", "/deliveries", "/deliveries?by=reason", "/sources", "/workers"),
    *("/orders/-/many/release?state=stopped", "/deliveries/-/replay?outcome=quarantined", "/deliveries/1"),
)
HIDDEN = """[...document.querySelectorAll(".stack *")].map(each => [each.getBoundingClientRect(), each])
    .filter(([place]) => place.width > 1 && (place.left < 0 || place.right > window.innerWidth))
    .map(([place, each]) => each.outerHTML.slice(0, 80))"""
LABELS = """[...document.querySelectorAll(".stack td")].map(each => getComputedStyle(each, "::before").content)
    .filter(label => label !== '""' && label !== "none").length"""


def test_no_part_of_a_list_is_beside_the_window(sqlite_url: str, visit: Callable[..., Visitor]):
    fill_with_hostile_rows(sqlite_url)
    with closing(Database(sqlite_url)) as database, console_app(database) as app:
        visitor = visit(app, size=PHONE)
        for path in LISTS:
            page = visitor.open(path)
            assert page.evaluate(HIDDEN) == [], path
            assert page.evaluate("document.querySelectorAll('.stack').length"), path
            assert page.evaluate(LABELS) or path == "/workers", path  # no worker has run
            assert visitor.grave_findings() == [], path
            page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
            assert page.evaluate(LABELS) == 0, f"{path} has the labels in the head of the table"
            page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
