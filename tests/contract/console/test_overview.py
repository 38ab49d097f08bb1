"""The overview shows what needs a person, with links to it, and costs the same however many orders there are."""

import threading
from collections.abc import Callable, Iterator
from html import unescape

import pytest

from tests.support.console_user import ConsoleUser, shown
from tests.support.events import a_delivery
from tests.support.harness import Harness, order_key
from tests.support.programs import until
from worker.console.access.users import Role
from worker.domain.accounts.workers import WorkerProcess
from worker.domain.instants import MINUTE
from worker.domain.reasons import HoldReason, QuarantineReason, StopReason
from worker.domain.results import Stopped
from worker.store.database.database import Database
from worker.store.queries.orders import OrderQueries
from worker.store.workers import SqlWorkers

HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def user(database: Database) -> Iterator[ConsoleUser]:
    """A user who looks, of a console whose threads end with the test."""
    viewer = ConsoleUser(database, Role.VIEWER)
    yield viewer
    viewer.parts.close()


def awaited(user: ConsoleUser, path: str, condition: Callable[[str], bool]) -> str:
    """Return the page at *path* once *condition* holds for what a person reads on it."""
    return until(lambda: page if condition(shown(page := user.get(path))) else "", what=f"what {path} shows")


def quarantine(harness: Harness, number: int) -> None:
    for _ in range(number):
        unusable = a_delivery(unusable=QuarantineReason.UNKNOWN_EVENT, detail="XX9", received_at=harness.clock())
        harness.intake.write(unusable)


def test_an_empty_installation_says_that_there_is_nothing_to_do(user: ConsoleUser):
    said = (
        "There is no order yet.",
        "No order is stopped, and no delivery is quarantined.",
        "No delivery was stored in the last day.",
    )
    awaited(user, "/", lambda text: all(sentence in text for sentence in said))


def test_the_first_page_waits_for_its_counts(user: ConsoleUser, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.application.overview.FIRST_WAIT_SECONDS", 60.0)  # enough for every machine
    text = shown(user.get("/"))
    assert "is being" not in text
    assert "are being" not in text


def test_a_first_page_that_has_waited_long_enough_says_what_is_still_counted(
    user: ConsoleUser, monkeypatch: pytest.MonkeyPatch
):
    may_end = threading.Event()
    monkeypatch.setattr("worker.application.overview.FIRST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(OrderQueries, "causes", lambda *_: may_end.wait(60))
    try:
        assert "What needs a person is being counted" in shown(user.get("/"))
    finally:
        may_end.set()


def test_stopped_orders_are_grouped_by_cause_with_a_link_to_the_orders(harness: Harness, user: ConsoleUser):
    for number in (1, 2):
        harness.accept(order=order_key(number))
        harness.finish(order_key(number), Stopped(StopReason.REFUSED, "Branch is closed"), stage=None)
    harness.clock.advance(minutes=5)
    page = awaited(user, "/", lambda text: "Branch is closed" in text)
    assert 'href="/orders?state=stopped&amp;stop=refused&amp;matching=Branch+is+closed"' in page
    assert "2 orders stopped for refused" in shown(page)
    assert "5 min ago" in shown(page)
    assert "The platform refuses the write" in shown(page)


@pytest.mark.parametrize("detail", ["50 % of “it”, & more", " spaces ", HOSTILE, "a\u202eb", "x" * 300, "\u200b"])
def test_the_link_of_a_cause_leads_to_its_orders(harness: Harness, user: ConsoleUser, detail: str):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, detail))
    page = awaited(user, "/", lambda text: "orders stopped for refused" in text)
    link = page.partition('<td class="number" data-label="Orders"><a href="')[2].partition('"')[0]
    assert "main/1" in shown(user.get(unescape(link)))


def test_quarantined_deliveries_are_grouped_by_source_and_reason(harness: Harness, user: ConsoleUser):
    quarantine(harness, 3)
    page = awaited(user, "/", lambda text: "unknown_event" in text)
    assert 'href="/deliveries?outcome=quarantined&amp;source=courier&amp;reason=unknown_event"' in page
    assert "3 deliveries of courier quarantined" in shown(page)


def test_orders_are_shown_by_stage_and_state(harness: Harness, user: ConsoleUser):
    harness.one_in_each_state()
    page = awaited(user, "/", lambda text: "7 orders, counted" in text)
    assert 'href="/orders?stage=shipped&amp;state=settled"' in page
    assert "not read yet" in shown(page)


def test_deliveries_are_a_chart_and_a_table_with_the_same_figures(harness: Harness, user: ConsoleUser):
    for number in (1, 2, 3):
        harness.accept(order=order_key(number))
    page = awaited(user, "/", lambda text: "3 accepted" in text)
    assert "<title>12:00: 3 accepted</title>" in page
    assert '<tr><th scope="row">12:00</th><td class="number">3</td></tr>' in page


def test_the_time_from_2xx_to_the_confirmation_is_shown(harness: Harness, user: ConsoleUser):
    harness.accept(order=order_key(1))
    harness.clock.advance(seconds=7)
    harness.reconcile(order_key(1))
    page = shown(awaited(user, "/", lambda text: "by the last confirmation." in text))
    assert "half within 7 s (p50), 95 of 100 within 7 s (p95)" in page


def test_held_accounts_missing_workers_and_silent_sources_are_said_as_doctor_says_it(
    harness: Harness, user: ConsoleUser
):
    for number in range(30):
        harness.accept(order=order_key(number))
        harness.clock.advance(minutes=1)
    harness.holds.hold("main", HoldReason.CREDENTIALS, None, "HTTP 401", probe_in=MINUTE)
    harness.clock.advance(hours=30)
    page = shown(awaited(user, "/", lambda text: "silent sources" in text and "30 orders are due" in text))
    assert "No worker runs, but 30 orders are due." in page
    assert "courier has sent nothing since" in page
    assert "main is held for credentials" in page


def test_what_is_well_is_not_said(harness: Harness, user: ConsoleUser):
    SqlWorkers(harness.database).beat(WorkerProcess("w", "box", 7, "1", ("main",), harness.clock()), 0)
    page = shown(awaited(user, "/", lambda text: "There is no order yet." in text))
    assert "No worker runs" not in page
    assert "1 worker runs." in page


def test_texts_from_outside_are_texts(harness: Harness, user: ConsoleUser):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, HOSTILE))
    harness.holds.hold("main", HoldReason.OUTAGE, None, HOSTILE)
    page = awaited(user, "/", lambda text: text.count("alert(1)") == 2)
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_the_tables_agree(user: ConsoleUser):
    awaited(user, "/", lambda text: "The tables agree." in text)


def test_a_discrepancy_is_named(harness: Harness, user: ConsoleUser):
    harness.accept(order=order_key(1))
    harness.change(order_key(1), event_count=7)
    awaited(user, "/", lambda text: "1 × An order has counted more events than it has, or fewer." in text)


def test_checks_say_what_doctor_says_of_the_database_only_when_somebody_asks(harness: Harness, user: ConsoleUser):
    harness.accept(order=order_key(1))
    harness.finish(order_key(1), Stopped(StopReason.REFUSED, HOSTILE))
    assert "needs a person" not in shown(user.get("/checks"))
    page = user.get("/checks?run=1")
    assert "No worker runs" in shown(page)
    assert "alert(1)" in shown(page)
    assert "<script>alert" not in page
    assert "its schema is up to date" in shown(page)
