"""Every page of the console in a browser: it loads, does nothing wrong, and everybody can use it."""

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import expect

from tests.acceptance.console.conftest import Visit
from tests.support.browser import DESKTOP, PHONE
from tests.support.console import ConsoleInstallation, stock
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State

PAGES = (
    *("/", "/orders", "/orders?state=stopped&stop=refused", "/orders?by=cause", "/orders?matching=nothing+has+this"),
    *("/deliveries", "/deliveries?outcome=quarantined", "/deliveries?by=reason"),
    *("/accounts", "/sources", "/workers", "/about"),
    *("/orders/main/number:1001", "/orders/main/90", "/deliveries/1", "/deliveries/-/replay?outcome=quarantined"),
    *("/orders/-/release?order=main%2F{stopped}", "/orders/-/many/release?state=stopped", "/accounts/main"),
)


@pytest.fixture(scope="module")
def console(build_console: Callable[..., ConsoleInstallation]) -> ConsoleInstallation:
    """A console beside which nothing runs."""
    built = build_console()
    return built.open(built.console)


@pytest.fixture(scope="module")
def orders(console: ConsoleInstallation) -> Mapping[State, OrderKey]:
    """One order in every state."""
    return stock(console.database_url)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_does_nothing_wrong_and_everybody_can_use_it(
    console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit, path: str
):
    path = path.format(stopped=orders[State.STOPPED].order_id)
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        visitor = visit(console.console_url, scheme=scheme, size=size)
        visitor.open(path)
        assert visitor.page.get_by_role("heading", level=1).count() == 1
        assert visitor.grave_findings() == []
        assert not visitor.is_wider_than_window()


@pytest.mark.parametrize("state", State)
def test_an_order_in_any_state_does_nothing_wrong(
    console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit, state: State
):
    key = orders[state]
    visitor = visit(console.console_url, size=PHONE)
    visitor.open(f"/orders/{key.account}/{key.order_id}")
    assert state in visitor.page.get_by_role("heading", level=1).inner_text()
    assert visitor.page.get_by_role("group", name="The answer").inner_text().strip()
    assert visitor.grave_findings() == []
    assert not visitor.is_wider_than_window()


@pytest.mark.parametrize("path", ["/orders/main/12345", "/orders/nobody/1", "/deliveries/4711", "/nothing"])
def test_a_page_that_is_not_there_says_so_in_the_same_look(
    console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit, path: str
):
    visitor = visit(console.console_url)
    visitor.open(path, status=404)
    assert visitor.page.get_by_role("navigation", name="Pages").is_visible()
    assert visitor.grave_findings() == []


@pytest.mark.parametrize("query", ["orders?state=odd", "orders?older_than=soon", "orders?after=x", "deliveries?peer=I"])
def test_an_address_with_a_mistake_is_refused_with_what_is_expected(
    console: ConsoleInstallation, visit: Visit, query: str
):
    visitor = visit(console.console_url)
    visitor.open(f"/{query}", status=409)
    assert visitor.page.get_by_role("heading", level=1).is_visible()


def test_a_list_is_searched_and_filtered_by_forms_and_its_address_says_how(
    console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit
):
    visitor = visit(console.console_url)
    page = visitor.open("/orders")
    page.get_by_label("Search").fill("ORD-stopped")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("matching=ORD-stopped"))
    rows = page.get_by_role("table").get_by_role("row")
    expect(rows).to_have_count(2)  # the head and the one
    page.get_by_role("link", name="Clear").click()
    page.get_by_label("State").select_option("settled")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile("state=settled"))
    expect(page.get_by_label("State")).to_have_value("settled")
    expect(rows.filter(has_text=str(orders[State.SETTLED]))).to_have_count(1)
    expect(rows.filter(has_text=str(orders[State.STOPPED]))).to_have_count(0)


def test_the_overview_leads_to_the_stopped_orders_of_a_cause(
    console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit
):
    visitor = visit(console.console_url)
    page = visitor.open("/")
    page.get_by_role("link", name="orders stopped for refused").click()
    page.get_by_role("link", name=str(orders[State.STOPPED])).click()
    expect(page).to_have_url(f"/orders/main/{orders[State.STOPPED].order_id}")


def test_without_scripts_all_can_be_read(console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit):
    visitor = visit(console.console_url, javascript=False)
    for path in ("/", "/orders", "/deliveries", f"/orders/main/{orders[State.STOPPED].order_id}", "/deliveries/1"):
        visitor.open(path)
        assert visitor.page.get_by_role("heading", level=1).is_visible()
    visitor.open("/orders")
    visitor.page.get_by_role("link", name=str(orders[State.STOPPED])).click()
    visitor.page.get_by_text("What came in delivery").first.click()  # a plain element of HTML that opens
    assert "evt_1" in visitor.page.locator("pre").first.inner_text()


def test_the_keyboard_reaches_everything_and_the_focus_shows(
    console: ConsoleInstallation, orders: Mapping[State, OrderKey], visit: Visit
):
    visitor = visit(console.console_url)
    page = visitor.open(f"/orders/main/{orders[State.STOPPED].order_id}")
    page.keyboard.press("Tab")
    skip = page.get_by_text("Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    names = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "[document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]"
        )
        if name and page.evaluate("document.activeElement !== document.body"):
            names.add(name)
            assert outline != "none", name
    assert "Release…" in names
