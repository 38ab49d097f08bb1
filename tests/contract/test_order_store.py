"""What `OrderStore` promises a reconciliation, over both databases, by the plain way and by the general one."""

from dataclasses import replace

import pytest

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.events import KEY
from worker.domain.errors import Rejected
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import WaitReason, WriteOutcome
from worker.domain.results import Done, Later, Step
from worker.domain.stages import Stage
from worker.ports import WriteResult
from worker.reconcile.reconciliation import MIN_LEASE

SHIP = Step(Stage.SHIPPED, START - HOUR, inferred=True)
UPDATE = {"status": "shipped", "notes": "é"}

pytestmark = pytest.mark.usefixtures("each_way", "first_event")


class TestLease:
    def test_a_leased_order_has_all_that_the_database_knows(self, harness, leased):
        assert (leased.leased_at, leased.lease_until) == (harness.clock(), harness.clock() + MIN_LEASE)
        assert (leased.order.key, leased.order.revision, leased.order.seen_revision) == (KEY, 1, 0)
        assert [(e.revision, e.event.key, e.event.name, e.result) for e in leased.events] == [
            (1, "first", EventName.PICKED_UP, EventResult.PENDING)
        ]
        assert leased.requested == {}

    def test_an_order_that_is_not_in_the_database_is_not_leased(self, harness):
        assert harness.order_store.lease(OrderKey("main", "404"), MIN_LEASE) is None
        assert harness.order_store.lease(OrderKey("other", "1"), MIN_LEASE) is None

    def test_an_order_is_leased_once_until_its_lease_ends(self, harness, leased):
        harness.clock.now += MIN_LEASE - 1
        assert harness.order_store.lease(KEY, MIN_LEASE) is None
        harness.clock.now += 1
        again = harness.lease()
        assert again.token != leased.token

    @pytest.mark.parametrize("columns", [{"due": None}, {"due": START + 1}, {"stop": "gave_up"}])
    def test_an_order_that_is_not_due_or_is_stopped_is_not_leased(self, harness, columns):
        harness.change(**columns)
        assert harness.order_store.lease(KEY, MIN_LEASE) is None

    def test_an_order_is_not_leased_while_its_account_is_held(self, harness):
        harness.holds.hold("other", "operator", None)
        harness.holds.hold("main", "rate_limited", MINUTE)
        assert harness.order_store.lease(KEY, MIN_LEASE) is None
        harness.clock.now += MINUTE
        assert harness.order_store.lease(KEY, MIN_LEASE) is not None

    def test_the_time_of_an_expired_hold_does_not_count_for_the_leased_order(self, harness):
        harness.change(failing_since=START)
        harness.holds.hold("main", "rate_limited", HOUR)
        harness.clock.now += HOUR + SECOND
        assert harness.lease().order.failing_since == START + HOUR
        assert harness.hold_ends() == {}

    def test_one_of_many_workers_gets_the_lease(self, harness):
        leases = at_once(lambda _: harness.order_store.lease(KEY, MIN_LEASE), range(8))
        assert sum(leased is not None for leased in leases) == 1


class TestAnnounce:
    def test_an_announcement_records_the_write_and_renews_the_lease(self, harness, leased):
        harness.clock.now += 7 * SECOND
        announced = harness.order_store.announce(leased, SHIP, UPDATE, MIN_LEASE)
        assert (announced.sent_at, announced.lease_until) == (harness.clock(), harness.clock() + MIN_LEASE)
        row = harness.row()
        assert (row["sending"], row["sent_at"], row["lease_until"]) == (
            "shipped",
            harness.clock(),
            announced.lease_until,
        )
        assert harness.writes() == [("shipped", "sent")]

    def test_a_new_event_forbids_a_write(self, harness, leased):
        harness.accept("hint")
        assert harness.order_store.announce(leased, SHIP, UPDATE, MIN_LEASE) is None
        assert (harness.row()["sending"], harness.writes()) == (None, [])

    def test_a_hold_forbids_a_write(self, harness, leased):
        harness.holds.hold("main", "operator", None)
        assert harness.order_store.announce(leased, SHIP, UPDATE, MIN_LEASE) is None

    def test_a_lost_lease_forbids_a_write(self, harness, leased):
        harness.clock.now += MIN_LEASE
        assert harness.order_store.announce(leased, SHIP, UPDATE, MIN_LEASE) is None
        other = harness.lease()
        assert harness.order_store.announce(leased, SHIP, UPDATE, MIN_LEASE) is None
        assert harness.order_store.announce(other, SHIP, UPDATE, MIN_LEASE) is not None


class TestRecordAnswer:
    @pytest.fixture
    def announced(self, harness, leased):
        return harness.order_store.announce(leased, SHIP, UPDATE, MIN_LEASE)

    def test_an_answer_is_recorded_with_what_it_shows(self, harness, leased, announced):
        order = replace(leased.order, stage=Stage.SHIPPED, status="shipped", confirmed_at=START)
        assert harness.order_store.record_answer(leased, WriteResult(announced, order, WriteOutcome.CONFIRMED))
        assert (harness.row()["stage"], harness.row()["sending"]) == ("shipped", None)
        assert harness.writes() == [("shipped", "confirmed")]

    def test_without_its_lease_a_reconciliation_records_no_answer(self, harness, leased, announced):
        before = harness.row()
        harness.clock.now = announced.lease_until
        result = WriteResult(announced, leased.order, WriteOutcome.CONFIRMED)
        assert not harness.order_store.record_answer(leased, result)
        assert (harness.row(), harness.writes()) == (before, [("shipped", "sent")])

    @pytest.mark.parametrize(
        ("outcome", "requested"),
        [
            (WriteOutcome.CONFIRMED, {Stage.SHIPPED: 1}),
            (WriteOutcome.UNCERTAIN, {Stage.SHIPPED: 1}),
            (WriteOutcome.FAILED, {}),
            (WriteOutcome.NOT_SENT, {}),
        ],
    )
    def test_a_later_lease_knows_the_stages_that_were_requested_and_not_refused(
        self, harness, leased, announced, outcome, requested
    ):
        harness.order_store.record_answer(leased, WriteResult(announced, leased.order, outcome, Rejected("no")))
        harness.order_store.finish(leased, leased.order, Later(harness.clock(), WaitReason.INTERRUPTED), {})
        assert harness.lease().requested == requested

    def test_a_write_without_an_answer_counts_as_requested(self, harness, leased, announced):
        harness.clock.now = announced.lease_until
        again = harness.lease()
        assert (again.order.sending, again.order.sent_at) == (Stage.SHIPPED, START)
        assert again.requested == {Stage.SHIPPED: 1}


def test_the_reconciler_moves_an_order_once_however_many_workers_try(harness):
    results = at_once(lambda _: harness.reconcile(), range(6))
    assert harness.api.writes == ["accepted", "shipped"]
    assert (harness.api.reads, results.count(Done())) == (1, 1)
