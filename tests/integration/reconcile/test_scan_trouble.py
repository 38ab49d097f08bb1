"""A scan survives whatever the platform does to its lists, and says what it has missed."""

import pytest

from tests.support.clock import START, Clock
from tests.support.events import KEY
from tests.support.fake_order_api import fails
from tests.support.harness import Harness
from tests.support.scans import ScanHarness, ScriptedLists, a_page, counts, lists_asked, settle
from worker.domain.errors import ApiError, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import HOUR, SECOND
from worker.domain.orders import Payment, Reading
from worker.domain.reasons import HoldReason
from worker.domain.stages import Stage
from worker.ports import ListedPage, ListedStatus, lock_name
from worker.reconcile import scan
from worker.reconcile.scan import LOOK_BACK, ScanProgress
from worker.store.database.database import Database

LOCK = lock_name(KEY.account)
LISTS = ["pending", "accepted", "shipped", "delivered", "cancelled", "refunded"]


@pytest.fixture
def harness(database: Database, clock: Clock) -> Harness:
    """A worker and a receiver without their processes, on both kinds of database."""
    return Harness(database, clock)


def paid(order_id: str, status: str = "pending") -> tuple[str, Reading]:
    return order_id, Reading(status, Stage(status), START, Payment.PAID)


def test_the_list_of_every_status_that_may_still_change_is_read_from_thirty_days_back(
    harness: Harness, scans: ScanHarness
):
    lists = ScriptedLists()
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    result = scans.scan()
    assert lists.asked == [(status, harness.clock() - LOOK_BACK) for status in LISTS]
    assert (result.pages, result.listed, result.problems, result.complete) == (6, 0, (), True)


def test_a_list_that_fails_does_not_keep_the_others_from_being_read(harness: Harness, scans: ScanHarness):
    failing: list[ListedPage | Exception] = [a_page(paid("1"), last=False), *[Transient("reset")] * 3]
    lists = ScriptedLists(pending=failing, delivered=[a_page(paid("2", "delivered"))])
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    result = scans.scan()
    assert counts(result) == {"new": ["1", "2"]}
    assert result.problems == ("the list of pending was not read to its end: reset",)
    assert not result.complete


def test_a_platform_that_does_not_answer_is_not_asked_for_every_list(harness: Harness, scans: ScanHarness):
    harness.api.script("list", *[fails(Transient("timed out"))] * 100)
    result = scans.scan()
    assert lists_asked(harness) == ["pending"] * 3 + ["accepted"] * 3
    assert not result.complete
    assert result.problems[-1] == "so the other lists were not read"


def test_refused_credentials_end_the_scan_and_are_reported(harness: Harness, scans: ScanHarness):
    error = Unauthorized("bad key", 401)
    harness.api.script("list", fails(error))
    result = scans.scan()
    assert lists_asked(harness) == ["pending"]
    assert scans.reported == [error]
    assert result.problems == (f"the platform refuses to go on: {error}",)
    assert not result.complete


def test_a_short_pause_is_reported_and_waited_for(harness: Harness, scans: ScanHarness):
    error = Throttled("slow down", wait=2 * SECOND)
    harness.api.script("list", fails(error), fails(error))
    scans.budget = lambda: 2 * SECOND if len(scans.reported) > len(scans.waits) else 0
    assert scans.scan().complete
    assert scans.reported == [error, error]
    assert scans.waits == [2 * SECOND, 2 * SECOND]


def test_a_pause_that_holds_the_account_ends_the_scan(harness: Harness, scans: ScanHarness):
    def hold(account: str, error: ApiError) -> None:
        harness.holds.hold(account, HoldReason.RATE_LIMITED, HOUR, str(error))

    harness.api.script("list", fails(Throttled("slow down", wait=HOUR)))
    result = scans.scan(report=hold)
    assert result.problems == ("the account is held: rate_limited",)
    assert lists_asked(harness) == ["pending"]


@pytest.mark.parametrize(("remembered", "listed"), [(10, 3), (1, 4)])
def test_an_order_that_moves_during_a_scan_counts_once_as_far_as_a_scan_remembers(
    harness: Harness, scans: ScanHarness, monkeypatch, remembered, listed
):
    monkeypatch.setattr(scan, "MAX_COUNTED", remembered)
    pending, moved = [paid("1"), paid("2")], [paid("1", "accepted"), paid("2", "accepted"), paid("3", "accepted")]
    harness.api.list_orders = ScriptedLists(  # type: ignore[method-assign]
        pending=[a_page(*pending)], accepted=[a_page(*moved)]
    ).list_orders
    assert scans.scan().listed == listed


def test_orders_in_a_status_that_is_no_filter_are_found_in_the_list_of_all(harness: Harness, scans: ScanHarness):
    harness.api.scanned_statuses = (*harness.api.scanned_statuses, ListedStatus("weird", Stage.PENDING))
    weird = "7", Reading("weird", Stage.PENDING, START, Payment.PAID)
    first, rest = [paid("1"), paid("2")], [weird, paid("9", "completed")]
    lists = ScriptedLists(
        pending=[a_page(*first, last=False), a_page()],
        weird=[Rejected("no such status", 400)],
        all=[a_page(*first, last=False), a_page(*rest)],  # its first page is one that came before
    )
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    result = scans.scan()
    assert counts(result) == {"new": ["1", "2", "7"]}
    assert (result.listed, result.complete, result.problems) == (3, True, ())
    assert lists.asked[-1] == ("all", harness.clock() - LOOK_BACK)


def test_the_list_of_all_statuses_is_not_read_while_every_status_is_a_filter(harness: Harness, scans: ScanHarness):
    assert scans.scan().complete
    assert lists_asked(harness) == LISTS


def test_a_status_that_cannot_be_listed_in_any_way_is_a_problem(harness: Harness, scans: ScanHarness):
    refused = [Rejected("no such status", 400)]
    harness.api.list_orders = ScriptedLists(shipped=refused, all=refused).list_orders  # type: ignore[method-assign]
    result = scans.scan()
    assert result.problems == ("the platform refuses to list shipped: HTTP 400, no such status",)
    assert not result.complete


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (Transient("reset"), "the list of all statuses was not read to its end: reset"),
        (Unauthorized("bad key", 401), "the platform refuses to go on: HTTP 401, bad key"),
    ],
)
def test_a_list_of_all_statuses_that_fails_is_a_problem(
    harness: Harness, scans: ScanHarness, error: ApiError, problem: str
):
    lists = ScriptedLists(shipped=[Rejected("no such status", 400)], all=[error] * 3)
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    result = scans.scan()
    assert result.problems == (problem,)
    assert not result.complete


def test_an_order_that_moves_from_list_to_list_is_counted_once(harness: Harness, scans: ScanHarness):
    lists = ScriptedLists(pending=[a_page(paid("1"), paid("2"))], accepted=[a_page(paid("1", "accepted"))])
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    assert scans.scan().listed == 2


def test_a_scan_says_how_long_it_waits_for_the_budget(scans: ScanHarness):
    shown: list[ScanProgress] = []
    waits = iter([0, 10 * SECOND] + [0] * 5)
    scans.budget = lambda: next(waits)
    assert scans.scanner().scan(KEY.account, shown.append)
    assert [(seen.status, seen.waits) for seen in shown if seen.waits] == [("accepted", 5 * 10 * SECOND)]
    assert shown[-1].waits == 0


def test_a_list_at_an_address_that_does_not_exist_is_a_problem(harness: Harness, scans: ScanHarness):
    harness.api.script("list", *[fails(OrderMissing("not found", 404))] * 100)
    assert not scans.scan().complete


def test_an_order_in_two_lists_is_made_due_once(harness: Harness, scans: ScanHarness):
    key = settle(harness, "7", "accepted")
    lists = ScriptedLists(
        shipped=[a_page(paid("7", "shipped"))], delivered=[a_page(paid("7", "delivered"), paid("7", "delivered"))]
    )
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    revision = harness.row(key)["revision"]
    assert counts(scans.scan()) == {"moved_forward": ["7"]}
    assert harness.row(key)["revision"] == revision + 1


def test_lists_that_differ_from_page_to_page_are_said(harness: Harness, scans: ScanHarness):
    pages = [a_page(paid("1"), last=False, total=2), a_page(paid("2"), total=3, unreadable=1)]
    harness.api.list_orders = ScriptedLists(pending=pages).list_orders  # type: ignore[method-assign]
    result = scans.scan()
    assert result.complete
    assert result.problems == (
        "the list of pending changed while it was read",
        "the list of pending has orders that cannot be read",
    )
