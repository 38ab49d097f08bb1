"""A scan finds what no webhook has told, and the reconciliation decides from its own read."""

import pytest

from tests.support.clock import Clock
from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.scans import ScanHarness, ScriptedLists, a_page, counts, settle
from worker.domain.instants import HOUR, SECOND
from worker.domain.orders import OrderKey, Payment, Reading
from worker.domain.overview.snapshot import State
from worker.domain.policy import Policy
from worker.domain.reasons import Finding, StopReason
from worker.domain.stages import Stage, TerminalStatus
from worker.ports import Listed
from worker.store.database.database import Database


@pytest.fixture
def harness(database: Database, clock: Clock) -> Harness:
    """A worker and a receiver without their processes, on both kinds of database."""
    return Harness(database, clock)


def record(scans: ScanHarness, order_id: str) -> None:
    """Record a finding about an order, as if the order had changed after the comparison."""
    scans.store.record(KEY.account, {order_id: Listed(Finding.LEFT_STAGES, "cancelled unknown")}, [])


def test_without_any_webhook_a_paid_order_is_accepted(harness: Harness, scans: ScanHarness):
    harness.api.orders["7"].payment = Payment.PAID
    harness.api.orders["8"].payment = Payment.UNPAID
    assert counts(scans.scan()) == {"new": ["7"]}
    harness.run_for(minutes=1)
    assert harness.api.orders["7"].status == "accepted"
    assert harness.order_keys() == [OrderKey("main", "7")]
    assert harness.row(OrderKey("main", "7"))["lane"] == 0


def test_without_any_webhook_an_order_that_somebody_delivers_is_completed(harness: Harness, scans: ScanHarness):
    harness.policy = Policy(complete_after=HOUR)
    harness.api.orders["7"].status = "delivered"
    assert counts(scans.scan()) == {"new": ["7"]}
    harness.run_for(minutes=59)
    assert harness.api.orders["7"].status == "delivered"
    harness.run_for(minutes=2)
    assert harness.api.orders["7"].status == "completed"


@pytest.mark.parametrize("status", ["accepted", "shipped", "completed", "cancelled", "refunded"])
def test_an_order_with_which_nothing_can_be_done_gets_no_row(harness: Harness, scans: ScanHarness, status: str):
    harness.api.orders["7"].status = status
    assert not scans.scan().found
    assert harness.order_keys() == []


@pytest.mark.parametrize(
    ("before", "after", "finding", "ends"),
    [
        ("accepted", "shipped", Finding.MOVED_FORWARD, State.SETTLED),
        ("accepted", "delivered", Finding.MOVED_FORWARD, State.CLOSED),
        ("shipped", "accepted", Finding.MOVED_BACK, State.STOPPED),
        ("shipped", "cancelled", Finding.LEFT_STAGES, State.CLOSED),
        ("cancelled", "accepted", Finding.REOPENED, State.SETTLED),
    ],
)
def test_what_people_do_at_the_platform_is_found(
    harness: Harness, scans: ScanHarness, before: str, after: str, finding: Finding, ends: State
):
    key = settle(harness, "7", before)
    harness.api.orders["7"].status = after
    assert counts(scans.scan()) == {finding: ["7"]}
    harness.run_for(minutes=3)
    snapshot = harness.snapshot(key)
    assert snapshot.state is ends
    if ends is State.STOPPED:
        assert snapshot.row.stop == StopReason.MOVED_BACK


def test_a_write_that_the_platform_confirmed_and_does_not_have_is_found(harness: Harness, scans: ScanHarness):
    harness.api.orders["1"].status = "accepted"
    harness.accept("shipment.picked_up", "A")
    harness.run_for(seconds=1)
    assert harness.api.orders["1"].status == "shipped"
    harness.api.orders["1"].status = "accepted"
    harness.clock.advance(minutes=2)
    assert counts(scans.scan()) == {"unconfirmed": ["1"]}
    harness.run_for(minutes=3)
    assert harness.snapshot(KEY).row.stop == StopReason.MOVED_BACK


def test_a_payment_that_comes_in_is_found(harness: Harness, scans: ScanHarness):
    settle(harness, "7", "pending", payment=Payment.UNPAID)
    harness.api.orders["7"].payment = Payment.PAID
    assert counts(scans.scan()) == {"ready": ["7"]}
    harness.run_for(minutes=1)
    assert harness.api.orders["7"].status == "accepted"


def test_orders_that_agree_cost_no_call_and_no_revision(harness: Harness, scans: ScanHarness):
    keys = [settle(harness, str(number), "shipped") for number in range(3)]
    revisions, reads = [harness.row(key)["revision"] for key in keys], harness.api.reads
    for _ in range(5):
        assert not scans.scan().found
        harness.run_for(minutes=5)
    assert [harness.row(key)["revision"] for key in keys] == revisions
    assert harness.api.reads == reads


def test_lists_that_contradict_the_order_itself_cost_one_read_a_day(harness: Harness, scans: ScanHarness):
    key = settle(harness, "7", "shipped")
    lists = ScriptedLists(accepted=[a_page(("7", Reading("accepted", Stage.ACCEPTED, 0)))])
    harness.api.list_orders = lists.list_orders  # type: ignore[method-assign]
    reads = harness.api.reads
    for _ in range(12):
        scans.scan()
        harness.run_for(hours=2)
    assert harness.api.reads == reads + 1
    harness.run_for(hours=1)
    scans.scan()
    harness.run_for(hours=1)
    assert harness.api.reads == reads + 2
    assert harness.snapshot(key).state is State.SETTLED


def test_an_order_that_moves_back_to_where_a_scan_had_found_it_is_found_again(harness: Harness, scans: ScanHarness):
    settle(harness, "7", "pending", payment=Payment.UNPAID)
    for status, finding in [("accepted", "moved_forward"), ("delivered", "moved_forward"), ("accepted", "unconfirmed")]:
        harness.api.orders["7"].status = status
        assert counts(scans.scan()) == {finding: ["7"]}
        harness.run_for(minutes=2)


def test_a_list_that_agrees_again_ends_the_contradiction(harness: Harness, scans: ScanHarness):
    key = settle(harness, "7", "shipped")
    late = ScriptedLists(accepted=[a_page(("7", Reading("accepted", Stage.ACCEPTED, 0)))])
    right, harness.api.list_orders = harness.api.list_orders, late.list_orders  # type: ignore[method-assign]
    scans.scan()
    harness.run_for(minutes=5)
    harness.api.list_orders = right  # type: ignore[method-assign]
    scans.scan()
    assert harness.row(key)["listed_as"] == ""
    harness.api.orders["7"].status = "accepted"
    assert counts(scans.scan()) == {"moved_back": ["7"]}


def test_stopped_leased_and_waiting_orders_keep_their_schedule(harness: Harness, scans: ScanHarness):
    keys = harness.one_in_each_state()
    harness.clock.advance(seconds=5)
    before = {state: dict(harness.row(key)) for state, key in keys.items()}
    listed = [a_page(*((key.order_id, Reading("cancelled", TerminalStatus.CANCELLED, 0)) for key in keys.values()))]
    harness.api.list_orders = ScriptedLists(cancelled=listed).list_orders  # type: ignore[method-assign]
    scans.scan()
    after = {state: dict(harness.row(key)) for state, key in keys.items()}
    untouched = {State.STOPPED, State.LEASED, State.DUE, State.HELD}
    assert {state for state in State if before[state] == after[state]} == untouched
    assert {after[state]["due"] for state in set(State) - untouched} == {harness.clock()}


def test_a_back_off_is_not_shortened(harness: Harness, scans: ScanHarness):
    key = settle(harness, "7", "accepted")
    until = harness.clock() + HOUR
    harness.change(key, due=until, not_before=until)
    record(scans, "7")
    assert harness.row(key)["due"] == until


@pytest.mark.parametrize("change", [{"stop": "refused", "stopped_at": 1}, {"closed_by_operator": 1}])
def test_what_needs_a_person_since_the_comparison_is_left_alone(
    harness: Harness, scans: ScanHarness, change: dict[str, object]
):
    key = settle(harness, "7", "accepted")
    harness.change(key, **change)
    before = harness.row(key)
    record(scans, "7")
    assert harness.row(key) == before


def test_an_earlier_due_time_stays(harness: Harness, scans: ScanHarness):
    key = settle(harness, "7", "accepted")
    harness.change(key, due=harness.clock() - SECOND)
    record(scans, "7")
    assert harness.row(key)["due"] == harness.clock() - SECOND
