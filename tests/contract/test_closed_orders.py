"""An order that an operator has closed needs nobody, until newer news needs a person; over both databases."""

import pytest

from tests.support.events import KEY, a_hint, an_event
from tests.support.fake_order_api import fails
from tests.support.harness import Harness, order_key
from tests.support.integrity import assert_integrity
from tests.support.snapshots import explained
from worker.domain.errors import Rejected, Transient
from worker.domain.events import EventName, EventResult
from worker.domain.instants import DAY, HOUR, SECOND
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, HoldReason, StopReason
from worker.domain.results import Stopped
from worker.domain.stages import Stage
from worker.operations.closing import results_of_close
from worker.store.prune import prune
from worker.store.queries.health import HealthQueries

NUMBER = OrderKey("main", "number:ORD-1")


@pytest.fixture
def harness(harness: Harness) -> Harness:
    harness.policy = Policy(accept=Accept.MANUAL)
    return harness


def close(harness: Harness, key: OrderKey = KEY, reason: str = "refunded by hand (ann)") -> bool:
    seen = harness.snapshot(key)
    return harness.operator_store.close(seen, reason, results_of_close(seen))


def stop_and_close(harness: Harness) -> None:
    """Let order 1 stop at shipped, because its parcel A is lost; and close it."""
    harness.accept("shipment.picked_up", "A", key="picked_up")
    harness.run_for(seconds=5)
    harness.accept("shipment.lost", "A", key="lost")
    harness.run_for(seconds=5)
    assert harness.row()["stop"] == "shipment_lost"
    assert close(harness)


def calls_during(harness: Harness, *events: str) -> int:
    """Return how many calls the platform gets while *events* of parcel A come in."""
    before = len(harness.api.calls)
    for name in events:
        harness.accept(name, "A", key=name)
        harness.run_for(seconds=5)
        assert_integrity(harness.database)
    return len(harness.api.calls) - before


@pytest.mark.parametrize("reason", StopReason)
@pytest.mark.parametrize("key", [KEY, NUMBER])
def test_every_stop_of_an_order_and_of_a_reference_can_be_closed(harness: Harness, reason: StopReason, key: OrderKey):
    harness.accept("shipment.picked_up", order=key)
    columns = {} if key.reference else {"stage": Stage.ACCEPTED, "status": "accepted"}
    harness.finish(key, Stopped(reason, "a detail"), EventResult.STOPPED, read_at=harness.clock(), **columns)
    if not key.reference:  # a newer event of a reference starts its search again
        harness.accept("shipment.in_transit", order=key, key="after the stop")
    assert close(harness, key)
    after = harness.snapshot(key)
    assert (after.state, after.row.stop, after.row.due) == (State.CLOSED, "", None)
    assert EventResult.PENDING not in {event.result for event in after.events}
    assert (after.audit_log[-1].action, after.audit_log[-1].detail) == (
        "closed_by_operator",
        f"{reason}: refunded by hand (ann)",
    )
    health = HealthQueries(harness.database).health(HOUR)
    assert health.backlogs == (), "doctor does not mention it"
    assert_integrity(harness.database)
    harness.clock.advance(days=90, seconds=1)
    assert prune(harness.database, keep=90 * DAY, dedupe_for=0)["orders"] == 1


def test_who_closed_it_when_and_why_is_explained(harness: Harness):
    stop_and_close(harness)
    sentences = explained(harness.snapshot(KEY))
    assert "An operator closed it on" in sentences
    assert ": shipment_lost: refunded by hand (ann)." in sentences
    assert "Only newer news that needs a person opens it again" in sentences
    assert "To open it: fulfillment orders release main/1 --reason <why>" in sentences
    assert "Nothing is sent, because an operator has closed the order." in sentences


def test_other_news_of_a_closed_order_ends_without_a_call(harness: Harness):
    stop_and_close(harness)
    assert (
        calls_during(harness, "shipment.created", "shipment.in_transit", "shipment.delivered", "order.completed") == 0
    )
    results = harness.event_results()
    assert (results["shipment.created"], results["shipment.in_transit"]) == ("noted", "superseded")
    assert (results["shipment.delivered"], results["order.completed"]) == ("void", "void")
    assert harness.snapshot(KEY).state is State.CLOSED


def test_hints_and_a_revision_without_an_event_do_not_open_a_closed_order(harness: Harness):
    stop_and_close(harness)
    harness.api.orders["1"].status = "cancelled"
    before = len(harness.api.calls)
    for _ in range(2):  # the second one is a repetition, which writes no event
        harness.receive(a_hint(at=harness.clock()))
        harness.run_for(seconds=10)
    harness.change(revision=harness.row()["revision"] + 1, due=harness.clock())  # as a scan does
    harness.run_for(seconds=5)
    assert len(harness.api.calls) == before
    assert (harness.snapshot(KEY).state, harness.event_results()["hint_1"]) == (State.CLOSED, "noted")


@pytest.mark.parametrize(
    ("name", "stop"),
    [
        ("shipment.returned", "shipment_returned"),
        ("shipment.lost", "shipment_lost"),
        ("shipment.cancelled", "shipment_cancelled"),
    ],
)
def test_newer_news_that_needs_a_person_opens_a_closed_order_by_a_stop(harness: Harness, name: str, stop: str):
    stop_and_close(harness)
    harness.accept(name, "A", key="again")
    harness.run_for(seconds=5)
    row = harness.row()
    assert (row["stop"], row["closed_by_operator"], harness.event_results()["again"]) == (stop, 0, "stopped")
    assert harness.audit_actions()[-2:] == ["closed_by_operator", "stopped"]
    assert_integrity(harness.database)


def test_a_parcel_that_moves_opens_a_closed_order_that_is_cancelled(harness: Harness):
    harness.api.orders["1"].status = "cancelled"
    harness.accept("hint")
    harness.run_for(seconds=5)
    harness.accept("shipment.picked_up", "A")
    harness.run_for(seconds=10)
    assert harness.row()["stop"] == "moving_while_cancelled"
    assert close(harness)
    assert calls_during(harness, "shipment.created", "shipment.returned") == 1, "a parcel comes back: it is looked at"
    assert harness.snapshot(KEY).state is State.CLOSED
    harness.accept("shipment.out_for_delivery", "A")
    harness.run_for(seconds=5)
    assert (harness.row()["stop"], harness.row()["closed_by_operator"]) == ("moving_while_cancelled", 0)


def test_news_that_needs_a_person_is_not_lost_while_the_platform_does_not_answer(harness: Harness):
    stop_and_close(harness)
    harness.api.script("read", *[fails(Transient("503", 503))] * 2)
    harness.accept("shipment.returned", "A", key="again")
    harness.run_for(seconds=1)
    assert (harness.event_results()["again"], harness.snapshot(KEY).state) == ("pending", State.WAITING)
    harness.run_for(minutes=5)
    assert (harness.row()["stop"], harness.event_results()["again"]) == ("shipment_returned", "stopped")


def test_a_release_opens_a_closed_order_and_all_its_events_count_again(harness: Harness):
    stop_and_close(harness)
    assert calls_during(harness, "shipment.delivered") == 0
    assert not harness.operator_store.make_due(KEY, "x"), "a retry does not undo a decision"
    assert harness.operator_store.release(harness.snapshot(KEY), "it goes on (ann)")
    assert (harness.snapshot(KEY).audit_log[-1].action, harness.snapshot(KEY).audit_log[-1].detail) == (
        "released",
        "closed: it goes on (ann)",
    )
    harness.accept("order.delivered", key="said")
    harness.run_for(minutes=5)
    assert harness.api.orders["1"].status == "completed"
    assert harness.event_results()["said"] == "applied"
    assert_integrity(harness.database)


@pytest.mark.parametrize("held", [False, True])
def test_an_order_that_is_not_stopped_can_be_closed_whatever_it_waits_for(harness: Harness, held: bool):
    for number, state in enumerate((State.SETTLED, State.WAITING, State.DUE), 1):
        key = order_key(number)
        harness.accept("shipment.picked_up", "A", order=key)
        if state is not State.DUE:
            harness.api.script("read", *([fails(Transient("503", 503))] if state is State.WAITING else []))
            harness.reconcile(key)
        if held:
            harness.holds.hold("main", HoldReason.CREDENTIALS, None)
        assert harness.snapshot(key).state is (State.HELD if held and state is not State.SETTLED else state)
        assert close(harness, key)
        assert harness.snapshot(key).state is State.CLOSED
        harness.holds.lift("main", HoldReason.CREDENTIALS)
    assert_integrity(harness.database)
    before = len(harness.api.calls)
    harness.run_for(hours=2)
    assert len(harness.api.calls) == before


def test_an_order_that_a_worker_has_is_not_closed(harness: Harness):
    harness.accept("shipment.picked_up", "A")
    leased = harness.lease()
    assert not close(harness)
    harness.clock.now = leased.lease_until
    assert close(harness), "the worker has died"
    assert harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED), {}).name == "LEASE_LOST"
    assert harness.snapshot(KEY).state is State.CLOSED


@pytest.mark.parametrize("change", ["event", "release", "close"])
def test_an_order_that_has_changed_since_the_operator_looked_is_not_closed(harness: Harness, change: str):
    harness.accept("shipment.lost", "A")
    harness.run_for(seconds=5)
    seen = harness.snapshot(KEY)
    match change:
        case "event":
            harness.accept("shipment.delivered", "A")
        case "release":
            harness.operator_store.release(seen, "x")
        case "close":
            close(harness)
    assert not harness.operator_store.close(seen, "x", {})


def test_an_uncertain_write_of_a_closed_order_is_read_again_only_after_a_release(harness: Harness):
    harness.policy = Policy(accept=Accept.MANUAL, retry_for=30 * SECOND)
    harness.api.script("write", fails(Transient("no answer")))
    harness.api.script("read", lambda *_: None, *[fails(Transient("503", 503))] * 20)
    harness.accept("order.accepted")
    harness.run_for(hours=1)
    assert (harness.row()["stop"], harness.row()["sending"]) == ("gave_up", "accepted")
    assert close(harness)
    assert harness.row()["sending"] is None
    assert_integrity(harness.database)
    harness.api.faults["read"].clear()
    assert harness.operator_store.release(harness.snapshot(KEY), "x")
    harness.run_for(minutes=10)
    assert (harness.api.orders["1"].status, harness.api.illegal) == ("accepted", [])


def test_a_retry_of_a_stop_acknowledges_nothing(harness: Harness):
    harness.accept("shipment.lost", "A")
    harness.run_for(seconds=5)
    assert harness.operator_store.retry_stopped(harness.snapshot(KEY), "look again (ann)")
    entry = harness.snapshot(KEY).audit_log[-1]
    assert (entry.action, entry.detail) == ("retried", "shipment_lost: look again (ann)")
    harness.run_for(seconds=5)
    assert harness.row()["stop"] == "shipment_lost", "the same event stops it again"
    harness.api.script("write", *[fails(Rejected("422", 422))] * 2)
    harness.accept(an_event(EventName.ORDER_ACCEPTED, order=order_key(2), at=harness.clock()))
    harness.run_for(seconds=5)
    refused = harness.snapshot(order_key(2))
    assert refused.row.stop == "refused"
    harness.api.faults["write"].clear()
    assert harness.operator_store.retry_stopped(refused, "corrected")
    harness.run_for(seconds=5)
    assert harness.api.orders["2"].status == "accepted"
