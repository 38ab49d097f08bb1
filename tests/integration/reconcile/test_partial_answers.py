"""The answer to a write may leave out a part of what was written: one read confirms the rest, and no second write."""

from dataclasses import replace

import pytest

from tests.support.fake_order_api import FakeOrderApi, fails
from worker.domain.errors import OrderMissing, Throttled, Transient, Unauthorized
from worker.domain.instants import MINUTE
from worker.domain.orders import Reading
from worker.domain.reasons import Accept
from worker.domain.stages import Stage
from worker.reconcile.reconciliation import Interrupted, Reconciliation


def completes_and_hides_it(api: FakeOrderApi, order_id: str, stage: Stage | None) -> Reading:
    """The write of `delivered` or `completed` completes the order, and the answer shows only `delivered`."""
    for wanted in (Stage.DELIVERED, Stage.COMPLETED):
        if stage is wanted or api.orders[order_id].status == Stage.DELIVERED:
            api.apply(order_id, wanted)
    return replace(api.show(order_id), status="delivered", position=Stage.DELIVERED, partial=True)


def hides_that_it_did_nothing(api: FakeOrderApi, order_id: str, _stage: Stage | None) -> Reading:
    return replace(api.show(order_id), status="delivered", position=Stage.DELIVERED, partial=True)


@pytest.fixture
def shipped(harness):
    """An order whose parcel has arrived, and which completes as soon as it is delivered."""
    harness.policy = replace(harness.policy, accept=Accept.MANUAL)
    harness.api.orders["1"].status = "shipped"
    harness.accept("shipment.delivered", "A")
    return harness


def test_a_completion_that_the_answer_leaves_out_is_confirmed_by_one_read(shipped):
    shipped.api.script("write", completes_and_hides_it)
    shipped.run_for(minutes=10)
    assert shipped.writes() == [("delivered", "confirmed")]
    assert (shipped.row()["stage"], shipped.row()["sending"], shipped.api.reads) == ("completed", None, 2)


def test_a_completion_on_its_own_is_confirmed_by_one_read(shipped):
    shipped.api.orders["1"].status = "delivered"
    shipped.api.script("write", completes_and_hides_it)
    shipped.run_for(minutes=10)
    assert shipped.writes() == [("completed", "confirmed")]
    assert (shipped.row()["stage"], shipped.api.reads) == ("completed", 2)


def test_a_completion_that_the_read_does_not_show_either_is_uncertain(shipped):
    shipped.api.orders["1"].status = "delivered"
    shipped.api.script("write", hides_that_it_did_nothing)
    shipped.reconcile()
    assert shipped.writes() == [("completed", "uncertain")]
    shipped.run_for(minutes=10)
    assert shipped.writes() == [("completed", "uncertain"), ("completed", "confirmed")]


@pytest.mark.parametrize(
    "failure", [Transient("502", 502), OrderMissing("", 404), Unauthorized("", 403), Throttled(wait=MINUTE)]
)
def test_when_the_read_fails_the_write_is_uncertain_and_is_not_sent_again(shipped, failure):
    shipped.api.script("write", completes_and_hides_it)
    shipped.api.script("read", lambda *_: None, fails(failure))
    shipped.reconcile()
    assert shipped.writes() == [("delivered", "uncertain")]
    shipped.run_for(hours=1)
    assert shipped.api.writes == ["delivered"]
    assert shipped.row()["stage"] == "completed"


def test_when_no_read_may_begin_the_answer_counts_as_far_as_it_shows(shipped, monkeypatch):
    require = Reconciliation._require_time_for_a_call  # noqa: SLF001 - the only way to hit this instant
    refusals: list[str] = []

    def refuse_once(reconciliation):
        if shipped.api.writes and not refusals:
            refusals.append("the lease is too short")
            raise Interrupted
        require(reconciliation)

    monkeypatch.setattr(Reconciliation, "_require_time_for_a_call", refuse_once)
    shipped.api.script("write", completes_and_hides_it)
    shipped.reconcile()
    assert refusals
    assert shipped.writes() == [("delivered", "confirmed")]
    shipped.run_for(minutes=10)
    assert (shipped.row()["stage"], shipped.api.writes) == ("completed", ["delivered"])
