"""An uncertain write: a read comes first, then at most the same step again, and no further step before `settle`."""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.events import KEY
from tests.support.fake_order_api import fails, ignores, loses_answer, meanwhile, moves_to, times_out
from worker.domain.errors import Conflict, Rejected, Throttled, Transient, Unauthorized
from worker.domain.instants import MINUTE
from worker.domain.reasons import Accept
from worker.domain.results import Done, Later
from worker.domain.stages import Stage
from worker.reconcile.reconciliation import MIN_LEASE

SETTLE = 2 * MINUTE


class Killed(BaseException):
    """The process is killed here: no later code of it runs."""


def dies():
    raise Killed


@pytest.fixture
def manual(harness):
    harness.policy = replace(harness.policy, accept=Accept.MANUAL)
    harness.api.orders["1"].status = "accepted"
    harness.accept("shipment.delivered", "A")
    return harness


@pytest.mark.parametrize("fault", [times_out, loses_answer, ignores, fails(Transient("502", 502))])
def test_a_write_without_a_clear_answer_is_uncertain_until_a_read(manual, fault):
    manual.api.script("write", fault)
    result = manual.reconcile()
    assert isinstance(result, Later)
    assert result.firm
    assert manual.writes() == [("shipped", "uncertain")]
    assert (manual.row()["sending"], manual.row()["sent_at"]) == ("shipped", manual.clock())


def test_a_write_is_announced_in_the_database_before_the_call(manual):
    announcements = []
    manual.api.script("write", meanwhile(lambda: announcements.append((manual.row()["sending"], manual.writes()))))
    manual.reconcile()
    assert announcements == [("shipped", [("shipped", "sent")])]


def test_an_uncertain_write_that_was_applied_is_not_sent_again(manual):
    manual.api.script("write", loses_answer)
    manual.reconcile()
    manual.run_for(minutes=10)
    assert manual.api.writes == ["shipped", "delivered", "completed"]


def test_an_uncertain_write_that_was_not_applied_is_sent_again_after_a_read(manual):
    manual.api.script("write", times_out)
    manual.reconcile()
    manual.run_for(seconds=2)
    assert [call.kind for call in manual.api.calls] == ["read", "write", "read", "write"]
    assert manual.api.writes == ["shipped", "shipped"]


@pytest.mark.parametrize("fault", [times_out, loses_answer, ignores])
def test_no_further_step_is_sent_before_settle_has_passed_since_an_uncertain_one(manual, fault):
    sent_at = manual.clock()
    manual.api.script("write", fault)
    manual.run_for(minutes=10)
    further = [call.at for call in manual.api.calls if call.stage == "delivered"]
    assert further == [sent_at + SETTLE]
    assert manual.api.illegal == []


@pytest.mark.parametrize("after", range(0, 130, 10))
def test_a_write_that_is_applied_late_causes_no_illegal_step(manual, after):
    manual.api.script("write", times_out)
    manual.reconcile()
    manual.run_for(seconds=min(after, 119))
    manual.api.apply_late()
    manual.run_for(minutes=10)
    assert manual.api.illegal == []
    assert manual.api.orders["1"].status == "completed"


def test_settle_counts_from_the_last_uncertain_write(manual):
    manual.api.script("write", times_out, times_out)
    manual.reconcile()
    manual.clock.advance(minutes=1)
    second = manual.clock()
    manual.reconcile()
    manual.run_for(minutes=10)
    assert [call.at for call in manual.api.calls if call.stage == "delivered"] == [second + SETTLE]


def test_a_read_must_agree_before_the_next_step(manual):
    manual.api.script("write", loses_answer)
    manual.reconcile()
    manual.run_for(seconds=100)
    manual.api.orders["1"].status = "cancelled"
    manual.run_for(minutes=10)
    assert manual.api.writes == ["shipped"]


@pytest.mark.parametrize(
    "refusal", [Rejected("400"), Conflict("409"), Unauthorized("403"), Throttled("429", wait=MINUTE)]
)
def test_a_definite_refusal_leaves_no_uncertain_write(manual, refusal):
    manual.api.script("write", fails(refusal), fails(refusal))
    manual.reconcile()
    assert manual.row()["sending"] is None
    assert {outcome for _, outcome in manual.writes()} == {"failed"}


def test_a_refused_repetition_does_not_settle_the_write_before_it(manual):
    sent_at = manual.clock()
    manual.api.script("write", times_out, fails(Conflict("409")))
    manual.reconcile()
    manual.clock.advance(seconds=10)
    manual.reconcile()
    assert (manual.row()["sending"], manual.row()["sent_at"]) == ("shipped", sent_at)


@pytest.mark.parametrize("applied", [True, False])
def test_a_write_is_uncertain_when_its_worker_was_killed(manual, applied):
    sent_at = manual.clock()
    manual.api.script("write", meanwhile(lambda: (applied and manual.api.apply("1", Stage.SHIPPED), dies())))
    with suppress(Killed):
        manual.reconcile()
    assert (manual.row()["sending"], manual.writes()) == ("shipped", [("shipped", "sent")])
    manual.clock.now += MIN_LEASE
    manual.run_for(minutes=10)
    assert manual.api.writes == ["shipped"] * (1 if applied else 2) + ["delivered", "completed"]
    assert manual.api.illegal == []
    assert min(call.at for call in manual.api.calls if call.stage == "delivered") >= sent_at + SETTLE


@pytest.mark.parametrize("call", ["lease", "announce", "record_answer", "finish"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_an_order_is_completed_although_its_worker_was_killed_around_any_statement(manual, call, when, nth):
    with suppress(Killed):
        manual.reconciler(store=DyingOrderStore(manual.order_store, call, when, nth)).reconcile(KEY)
    manual.run_for(minutes=10)
    assert manual.api.illegal == []
    assert manual.api.orders["1"].status == "completed"
    assert (manual.row()["due"], manual.row()["sending"], manual.row()["lease_token"]) == (None, None, None)
    assert set(manual.event_results().values()) <= {"applied", "superseded"}
    assert all(manual.api.writes.count(stage) <= 2 for stage in manual.api.writes)


class DyingOrderStore:
    """The order store of a worker that is killed just before or after its nth call of one kind."""

    def __init__(self, store, call, when, nth):
        self.store, self.call, self.when, self.left = store, call, when, nth

    def __getattr__(self, name):
        real = getattr(self.store, name)
        return self.dying(real) if name == self.call else real

    def dying(self, real):
        def called(*arguments):
            self.left -= 1
            if self.left == 0 and self.when == "before":
                dies()
            result = real(*arguments)
            if self.left == 0:
                dies()
            return result

        return called


def test_an_uncertain_step_that_a_new_event_made_unwanted_is_read_after_settle(manual):
    manual.api.script("write", fails(Transient("warming up")))
    manual.reconcile()
    manual.run_for(seconds=1)
    assert manual.api.orders["1"].status == "shipped"
    sent_at = manual.row()["sent_at"] or manual.row()["uncertain_at"]
    manual.run_for(minutes=1)
    manual.clock.now = sent_at + SETTLE
    manual.api.script("write", times_out)
    manual.reconcile()
    assert manual.row()["sending"] == "delivered"
    manual.receive("shipment.created", "B")
    manual.run_for(minutes=1)
    assert manual.row()["waiting"] == "settle"
    manual.run_for(minutes=2)
    assert (manual.row()["waiting"], manual.row()["sending"], manual.row()["stage"]) == ("parcels", None, "shipped")


def test_an_answer_that_shows_an_earlier_stage_than_confirmed_leaves_the_write_uncertain(manual):
    manual.api.script("write", moves_to("pending"))
    manual.reconcile()
    assert manual.writes() == [("shipped", "uncertain")]
    assert manual.row()["stage"] == "accepted"


def test_an_order_at_rest_has_no_uncertain_write(manual):
    manual.api.script("write", loses_answer)
    manual.run_for(minutes=10)
    calls = len(manual.api.calls)
    manual.receive("shipment.in_transit", "A")
    assert manual.reconcile() == Done()
    assert len(manual.api.calls) == calls


def test_a_read_comes_between_two_uncertain_writes(manual):
    manual.api.script("write", *[times_out] * 6)
    began = manual.clock()
    manual.run_for(minutes=1)
    kinds = [call.kind for call in manual.api.calls]
    assert ("write", "write") not in list(pairwise(kinds))
    assert set(manual.api.writes) == {"shipped"}
    assert manual.row()["failing_since"] == began
