"""Accounts in a real browser, with real processes: hold, lift the hold, probe and scan."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.console.conftest import Visit
from tests.support.console import ConsoleInstallation

REASON = "Reason, for people who ask later"


@pytest.fixture(scope="module")
def console(build_console: Callable[..., ConsoleInstallation]) -> ConsoleInstallation:
    """A console without users, which is open to this machine."""
    return build_console().open()


@pytest.fixture
def account(console: ConsoleInstallation, visit: Visit) -> Iterator[Page]:
    """The page of the account."""
    visitor = visit(console.console_url)
    page: Page = visitor.open("/accounts/main")
    yield page
    assert visitor.grave_findings() == []


def test_an_account_is_held_and_let_go_with_reasons(account: Page):
    account.get_by_role("link", name="Hold…").click()
    account.get_by_label(REASON).fill("prices are being changed")
    account.get_by_role("button", name="Hold").click()
    expect(account.get_by_role("status")).to_contain_text("main is held until")
    account.get_by_role("link", name="Account main").click()
    expect(account.get_by_text("Held for")).to_be_visible()
    account.get_by_role("link", name="Lift the hold for operator…").click()
    account.get_by_label(REASON).fill("the prices are right")
    account.get_by_role("button", name="Lift the hold").click()
    expect(account.get_by_role("status")).to_contain_text("main is not held any more")
    account.get_by_role("link", name="Account main").click()
    expect(account.get_by_role("list").filter(has_text="the prices are right")).to_be_visible()


def test_a_probe_says_that_the_credentials_are_good(account: Page):
    account.get_by_role("link", name="Probe…").click()
    account.get_by_role("button", name="Probe").click()
    expect(account.get_by_role("status")).to_contain_text("the credentials are good")


def test_a_scan_is_followed_to_its_end_without_loading_the_page(account: Page):
    account.get_by_role("link", name="Scan now…").click()
    account.get_by_role("button", name="Scan now").click()
    expect(account.get_by_role("status")).to_contain_text("has begun")
    account.get_by_role("link", name="Account main").click()
    ended = account.get_by_text("The scan has ended").or_(account.get_by_text("A worker scans the account"))
    expect(ended.first).to_be_visible()
