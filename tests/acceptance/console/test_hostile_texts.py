"""Whatever couriers, platforms and their customers write, a page of the console shows it and does nothing else."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from tests.acceptance.console.conftest import Visit
from tests.support.browser import PHONE, Visitor
from tests.support.console import ConsoleInstallation
from tests.support.hostile_rows import MARKUP, fill_with_hostile_rows

LISTS = (
    *("/", "/orders", "/orders?by=cause", "/deliveries", "/deliveries?by=reason", "/deliveries?outcome=quarantined"),
    *("/accounts", "/sources", "/workers", "/about", "/accounts/main", "/accounts/held"),
    *("/deliveries/1", "/deliveries/9", "/deliveries/10", "/deliveries/11", "/orders/-/many/release?state=stopped"),
)
INERT = """() => ({
    hacked: window.hacked === undefined ? "" : String(window.hacked),
    elements: document.querySelectorAll("#hacked, img[src=x], svg[onload], [onerror], i").length,
    scripts: [...document.scripts].filter(script => !script.src).length,
})"""


@pytest.fixture(scope="module")
def console(build_console: Callable[..., ConsoleInstallation]) -> ConsoleInstallation:
    built = build_console()
    return built.open(built.console)


@pytest.fixture(scope="module")
def addresses(console: ConsoleInstallation) -> Mapping[str, str]:
    return fill_with_hostile_rows(console.database_url)


def check(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    assert visitor.page.evaluate(INERT) == {"hacked": "", "elements": 0, "scripts": 0}, path
    assert "\u202e" not in visitor.page.content(), path
    assert not visitor.is_wider_than_window(), path


def test_on_no_page_does_a_hostile_text_become_markup(
    console: ConsoleInstallation, addresses: Mapping[str, str], visit: Visit
):
    visitor = visit(console.console_url, size=PHONE)
    for path in (*LISTS, *addresses.values()):
        check(visitor, path)


def test_a_hostile_text_is_shown_as_it_is(console: ConsoleInstallation, addresses: Mapping[str, str], visit: Visit):
    visitor = visit(console.console_url)
    for path in ("/orders", addresses["order stopped"], "/deliveries/1"):
        visitor.open(path)
        assert MARKUP[:38] in visitor.text, path
        assert "{{7*7}}" in visitor.text or "{{7" in visitor.page.content(), path
        assert visitor.grave_findings() == []


def test_a_hostile_address_is_only_text(console: ConsoleInstallation, visit: Visit):
    visitor = visit(console.console_url)
    for path in hostile_addresses():
        response = visitor.page.goto(path)
        assert response is not None
        visitor.expected.append(f"status of {response.status}")
        assert response.status < 500, path
        assert visitor.page.evaluate(INERT) == {"hacked": "", "elements": 0, "scripts": 0}, path


def hostile_addresses() -> Iterator[str]:
    for text in (
        "%3Cscript%3Ewindow.hacked=1%3C/script%3E",
        "%22%3E%3Cimg%20src=x%20onerror=window.hacked=2%3E",
        "%00",
    ):
        yield f"/{text}"
        yield f"/orders/main/{text}"
        yield f"/orders?matching={text}"
        yield f"/orders?account={text}"
        yield f"/orders?state={text}"
        yield f"/orders?after={text}"
        yield f"/deliveries?order={text}"
        yield f"/deliveries/{text}"
        yield f"/accounts/{text}"
        yield f"/orders/-/release?order={text}"
