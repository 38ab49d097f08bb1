"""Pages that load themselves again, in a real browser: they take nothing away, and say what became of what they had."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import delete

from tests.support.browser import PHONE, TIMEOUT_MS, Visitor
from tests.support.clock import Clock
from tests.support.console_client import console_app
from tests.support.harness import Harness, order_key
from worker.store.database.clocks import machine_now
from worker.store.database.database import Database
from worker.store.tables import events, orders

expect.set_options(timeout=TIMEOUT_MS)

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def harness(sqlite_url: str) -> Iterator[Harness]:
    """An installation with one order."""
    clock = Clock(machine_now())
    with closing(Database(sqlite_url, clock=clock)) as database:
        harness = Harness(database, clock)
        harness.accept(order=order_key(1))
        yield harness


@pytest.fixture
def visitor(harness: Harness, visit: Callable[..., Visitor]) -> Iterator[Visitor]:
    with console_app(harness.database) as app:
        yield visit(app)


AFTER_REFRESH = "window.refreshed = new Promise(end => document.addEventListener('htmx:afterOnLoad', () => end(true)))"


def during_refresh(page: Page, act: Callable[[], object]) -> None:
    """Do *act* while the next refresh of *page* is under way, and wait until htmx has done with the answer."""

    def answer_late(route: Route) -> None:
        act()
        route.continue_()

    page.evaluate(f"{AFTER_REFRESH}; 0")
    page.route("**/*", answer_late, times=1)
    assert page.evaluate("window.refreshed")


def test_a_box_that_is_ticked_during_a_refresh_stays_ticked(visitor: Visitor):
    page = visitor.open("/orders")
    box = page.get_by_label("Select main/1", exact=True)
    during_refresh(page, box.check)
    expect(box).to_be_checked()


def test_a_page_whose_order_is_gone_says_so_by_itself(visitor: Visitor, harness: Harness):
    page = visitor.open("/orders/main/1")
    visitor.expected.append("404")  # in the browser's words, and in those of htmx
    with harness.database.write() as connection:
        connection.execute(delete(events))
        connection.execute(delete(orders))
    expect(page.get_by_role("heading", level=1)).to_have_text("Order main/1 is unknown")


def test_a_click_into_a_table_stops_no_refresh(visitor: Visitor):
    page = visitor.open("/workers")
    page.get_by_role("table").click()
    with page.expect_request(lambda request: "hx-request" in request.headers):
        expect(page.get_by_text("does not refresh now")).to_be_hidden()


def test_a_page_in_which_something_is_open_says_that_it_does_not_refresh(visitor: Visitor):
    page = visitor.open("/orders/main/1")
    box, said = page.get_by_text("What came in delivery 1"), page.get_by_text("does not refresh now")
    box.click()
    expect(said).to_be_visible()
    assert visitor.grave_findings() == []
    box.click()
    expect(said).to_be_hidden()


def test_a_table_that_was_scrolled_sideways_stays_there(visitor: Visitor):
    page = visitor.open("/")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    table = page.get_by_role("region", name="Orders by stage and state")
    table.evaluate("each => { each.scrollLeft = 77; each.id = 'before'; }")
    during_refresh(page, lambda: None)
    assert table.evaluate("each => [each.scrollLeft, each.id]") == [77, ""]
