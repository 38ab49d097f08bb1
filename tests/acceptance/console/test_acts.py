"""People log in, look and act in a browser, and the orders move at the platform."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import TypeAlias

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.console.conftest import Visit
from tests.support.browser import Visitor
from tests.support.console import ConsoleInstallation
from tests.support.courier import event_document
from tests.support.programs import until

Form: TypeAlias = dict[str, str | float | bool]

REASON = "Reason, for people who ask later"

_numbers = count(100)


@pytest.fixture(scope="module")
def console(build_console: Callable[..., ConsoleInstallation]) -> ConsoleInstallation:
    """A whole installation, with an operator and a viewer."""
    built = build_console()
    built.open()
    built.add_user("olga", "operator")
    built.add_user("victor", "viewer")
    return built


@pytest.fixture
def olga(console: ConsoleInstallation, visit: Visit) -> Visitor:
    """An operator who has logged in."""
    return logged_in(console, visit(console.console_url), "olga")


@pytest.fixture
def victor(console: ConsoleInstallation, visit: Visit) -> Visitor:
    """A viewer who has logged in."""
    return logged_in(console, visit(console.console_url), "victor")


@pytest.fixture
def stopped(console: ConsoleInstallation) -> Iterator[Callable[[], int]]:
    """Makes orders that the platform has refused once, and would take now."""

    def stop_one() -> int:
        number = next(_numbers)
        console.sandbox.order(number)
        console.sandbox.fault("status", code=422, times=2, match={"method": "PUT", "order_id": str(number)})
        console.courier.post_until_acknowledged(event_document(f"evt_{number}", "shipment.picked_up", number))
        until(lambda: stop_of(console, number), what=f"order {number} stops")
        return number

    yield stop_one
    console.sandbox.lift_faults()


def logged_in(console: ConsoleInstallation, visitor: Visitor, name: str) -> Visitor:
    visitor.open("/login")
    visitor.log_in(name, console.passwords[name])
    expect(visitor.page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    return visitor


def stop_of(console: ConsoleInstallation, number: int) -> str:
    rows = console.rows("SELECT stop FROM orders WHERE order_id = :its_id", its_id=str(number))
    return rows[0]["stop"] or "" if rows else ""


def is_shipped(console: ConsoleInstallation, number: int) -> bool:
    return bool(console.sandbox.seen(number)["status"] == "shipped")


def audit_of(console: ConsoleInstallation, number: int) -> list[str]:
    query = """SELECT action, detail FROM audit_log JOIN orders ON orders.id = order_row
        WHERE order_id = :its_id ORDER BY audit_log.id"""
    return [f"{row['action']}: {row['detail']}" for row in console.rows(query, its_id=str(number))]


def form_of(page: Page, number: int) -> Form:
    """Return the form of an act that the page shows, as it would be sent."""
    shown: Form = {
        name: page.locator(f"form [name={name}]").last.input_value() for name in ("form_token", "seen", "stop")
    }
    return shown | {"order": f"main/{number}", "choice": "", "reason": "by hand"}


def release(page: Page, reason: str) -> None:
    page.get_by_role("link", name="Release…").first.click()
    page.get_by_label(REASON).fill(reason)
    page.get_by_role("button", name="Release").click()


# --------------------------------------------------------------------------------------------------------------- login


def test_whoever_asks_for_a_page_logs_in_and_gets_that_page(console: ConsoleInstallation, visit: Visit):
    visitor = visit(console.console_url)
    visitor.open("/orders?state=stopped")
    assert visitor.path.startswith("/login?next=")
    assert visitor.grave_findings() == []
    visitor.log_in("olga", "a-wrong-password")
    expect(visitor.page.get_by_role("alert")).to_contain_text("wrong")
    visitor.expected.append("status of 4")
    visitor.log_in("OLGA ", console.passwords["olga"])
    expect(visitor.page.get_by_role("heading", level=1, name="Orders")).to_be_visible()
    assert visitor.path == "/orders?state=stopped"
    visitor.page.get_by_role("button", name="Log out").click()
    expect(visitor.page.get_by_role("button", name="Log in")).to_be_visible()
    visitor.open("/orders")
    assert visitor.path.startswith("/login")


def test_a_login_leads_to_no_other_site(console: ConsoleInstallation, visit: Visit):
    for number, elsewhere in enumerate(("https://evil.example/", "//evil.example/", "/\\evil.example")):
        visitor = visit(console.console_url)
        visitor.open(f"/login?next={elsewhere}")
        visitor.log_in("olga", console.passwords["olga"])
        expect(visitor.page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
        assert visitor.page.url.startswith(console.console_url), (number, visitor.page.url)


def test_no_script_can_read_the_cookie_of_a_session(olga: Visitor):
    assert olga.page.evaluate("document.cookie") == ""
    (cookie,) = olga.page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")


# ---------------------------------------------------------------------------------------------------------------- acts


def test_an_operator_finds_a_stopped_order_and_releases_it(
    console: ConsoleInstallation, olga: Visitor, stopped: Callable[[], int]
):
    number = stopped()
    page = olga.page
    page.get_by_role("link", name="Orders").first.click()
    page.get_by_label("Search").fill(str(number))
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=f"main/{number}").click()
    expect(page.get_by_role("group", name="The answer")).to_contain_text("release")
    release(page, "the branch is open again")
    expect(page.get_by_role("status").filter(has_text=str(number))).to_be_visible()
    until(lambda: is_shipped(console, number), what="the order moves")
    (entry,) = [text for text in audit_of(console, number) if text.startswith("released")]
    assert "the branch is open again (olga)" in entry


def test_the_page_of_an_order_shows_that_it_moves_without_being_loaded_again(
    console: ConsoleInstallation, olga: Visitor, stopped: Callable[[], int]
):
    number = stopped()
    page = olga.open(f"/orders/main/{number}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("stopped")
    page.evaluate("window.mark = 'the same page'")
    console.run("orders", "release", f"main/{number}", "--reason", "from a terminal")
    expect(page.get_by_role("heading", level=1)).to_contain_text("settled")
    assert page.evaluate("window.mark") == "the same page"


def test_many_orders_are_released_after_a_preview_with_one_reason(
    console: ConsoleInstallation, olga: Visitor, stopped: Callable[[], int]
):
    numbers = [stopped() for _ in range(3)]
    page = olga.open("/orders?state=stopped&stop=refused")
    page.get_by_role("link", name="Release all…").click()
    preview = page.get_by_role("table", name="What would happen").or_(page.get_by_role("table"))
    for number in numbers:
        expect(preview.get_by_text(f"main/{number}")).to_be_visible()
    assert {stop_of(console, number) for number in numbers} == {"refused"}, "a preview changes nothing"
    button = page.get_by_role("button", name=re.compile("Release [0-9]+ orders"))
    button.click()  # without a reason, the browser does not send the form
    assert {stop_of(console, number) for number in numbers} == {"refused"}
    page.get_by_label(REASON).fill("the branch is open again")
    button.click()
    expect(page.get_by_role("status").filter(has_text=re.compile("[0-9]+ done, 0 skipped"))).to_be_visible()
    until(lambda: all(is_shipped(console, number) for number in numbers), what="all orders move")
    assert all(any("(olga)" in text for text in audit_of(console, number)) for number in numbers)


def test_only_the_ticked_orders_are_released(console: ConsoleInstallation, olga: Visitor, stopped: Callable[[], int]):
    first, second = stopped(), stopped()
    page = olga.open("/orders?state=stopped")
    page.get_by_label(f"Select main/{first}", exact=True).check()
    page.get_by_role("button", name="Release…").click()
    page.get_by_label(REASON).fill("only this one")
    page.get_by_role("button", name=re.compile("Release 1 order")).click()
    expect(page.get_by_role("status").filter(has_text="1 done")).to_be_visible()
    until(lambda: is_shipped(console, first), what="the order moves")
    assert stop_of(console, second) == "refused"


def test_a_form_that_is_sent_twice_does_nothing_twice(
    console: ConsoleInstallation, olga: Visitor, stopped: Callable[[], int]
):
    number = stopped()
    page = olga.open(f"/orders/-/release?order=main/{number}")
    form = form_of(page, number)
    url = f"{console.console_url}/orders/-/release?order=main/{number}"
    first = page.request.post(url, form=form, headers={"Origin": console.console_url})
    second = page.request.post(url, form=form, headers={"Origin": console.console_url})
    assert first.ok, first.text()
    assert not second.ok
    until(lambda: is_shipped(console, number), what="the order moves")
    assert len([text for text in audit_of(console, number) if text.startswith("released")]) == 1


def test_an_order_is_released_without_scripts(console: ConsoleInstallation, visit: Visit, stopped: Callable[[], int]):
    number = stopped()
    visitor = logged_in(console, visit(console.console_url, javascript=False), "olga")
    page = visitor.open(f"/orders/main/{number}")
    release(page, "no scripts here")
    until(lambda: is_shipped(console, number), what="the order moves")


def test_what_cannot_be_undone_needs_a_tick(console: ConsoleInstallation, olga: Visitor):
    number = next(_numbers)
    console.sandbox.order(number)
    console.courier.post_until_acknowledged(event_document(f"evt_{number}", "shipment.picked_up", number))
    shipped = "SELECT 1 FROM orders WHERE order_id = :its_id AND stage = 'shipped' AND lease_until IS NULL"
    until(lambda: console.rows(shipped, its_id=str(number)), what="the order is shipped")
    page = olga.open(f"/orders/main/{number}")
    page.get_by_label("choose").select_option("completed")
    page.get_by_role("button", name=re.compile("Advance")).click()
    page.get_by_label(REASON).fill("the customer has it")
    page.get_by_role("button", name=re.compile("Advance")).click()
    assert console.sandbox.seen(number)["status"] == "shipped"
    page.get_by_label(re.compile("cannot be undone")).check()
    page.get_by_role("button", name=re.compile("Advance")).click()
    until(lambda: console.sandbox.seen(number)["status"] == "completed", what="the order is completed")


def test_a_quarantined_delivery_is_looked_at_and_replayed(console: ConsoleInstallation, olga: Visitor):
    number = next(_numbers)
    console.sandbox.order(number)
    answer = console.courier.post(event_document(f"evt_{number}", "shipment.eaten", number))
    assert answer.json()["status"] == "quarantined"
    page = olga.open("/deliveries?outcome=quarantined")
    page.get_by_role("row").filter(has_text=f"main/{number}").get_by_role("link").first.click()
    olga.reads("shipment.eaten", "x-awal-signature-256")
    assert not any(each in page.content() for each in console.courier.signatures)
    page.get_by_role("link", name="Replay…").click()
    page.get_by_label(REASON).fill("to see what it does")
    page.get_by_role("button", name=re.compile("Replay")).click()
    expect(page.get_by_role("status").filter(has_text="1 quarantined")).to_be_visible()


# -------------------------------------------------------------------------------------------------------------- viewer


def test_a_viewer_sees_all_and_can_do_nothing(
    console: ConsoleInstallation, victor: Visitor, stopped: Callable[[], int]
):
    number = stopped()
    page = victor.open(f"/orders/main/{number}")
    assert page.get_by_role("group", name="The answer").is_visible()
    assert page.get_by_role("link", name="Release…").count() == 0
    page = victor.open("/orders?state=stopped")
    assert page.get_by_role("checkbox", name="Select").count() == 0
    assert page.get_by_role("link", name="Release all…").count() == 0


def test_a_viewer_who_posts_a_form_by_hand_is_refused(
    console: ConsoleInstallation, victor: Visitor, stopped: Callable[[], int]
):
    number = stopped()
    page = victor.open(f"/orders/main/{number}")
    token = page.locator("form[action='/logout'] [name=form_token]").input_value()
    row = console.rows("SELECT updated_at FROM orders WHERE order_id = :its_id", its_id=str(number))[0]
    form: Form = {"form_token": token, "order": f"main/{number}", "stop": "refused", "reason": "x", "choice": ""}
    form["seen"] = str(row["updated_at"])
    for path in (f"/orders/-/release?order=main/{number}", "/orders/-/many/release?state=stopped"):
        answer = page.request.post(console.console_url + path, form=form, headers={"Origin": console.console_url})
        assert answer.status == 403, answer.text()
    assert stop_of(console, number) == "refused"


def test_a_form_of_another_site_or_without_its_token_is_refused(
    console: ConsoleInstallation, olga: Visitor, stopped: Callable[[], int]
):
    number = stopped()
    page = olga.open(f"/orders/-/release?order=main/{number}")
    form = form_of(page, number)
    url = f"{console.console_url}/orders/-/release?order=main/{number}"
    without: Form = {name: value for name, value in form.items() if name != "form_token"}
    assert page.request.post(url, form=form, headers={"Origin": "https://evil.example"}).status == 403
    assert page.request.post(url, form=without, headers={"Origin": console.console_url}).status == 403
    assert page.request.post(url, form={**form, "form_token": "0" * 64}).status == 403
    assert stop_of(console, number) == "refused"
