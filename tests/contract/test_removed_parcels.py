"""What `OperatorStore` promises when an operator removes a parcel, over both databases."""

import pytest

from tests.support.events import KEY
from tests.support.harness import Harness
from tests.support.integrity import assert_integrity
from tests.support.searches import PARCEL
from worker.domain.events import OPERATOR, EventName
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Step, Stopped
from worker.domain.stages import Stage
from worker.ports import Removed

OTHER = OrderKey("main", "2")


def register_parcel(harness: Harness, tracking: str = "TRK1", key: OrderKey = KEY) -> None:
    harness.accept(EventName.CREATED, tracking, source=OPERATOR, key=f"{key} {tracking}", order=key)


def remove_parcel(harness: Harness, seen: Snapshot, tracking: str = "TRK1", reason: str = "a misprint") -> Removed:
    ids = [recorded.id for recorded in seen.events if recorded.event.tracking == tracking]
    return harness.operator_store.remove_parcel(seen, tracking, ids, reason)


@pytest.fixture
def seen(harness: Harness, first_event: None) -> Snapshot:
    """An order with a courier's parcel A and a registered parcel TRK1, which was reconciled and has nothing to do."""
    register_parcel(harness)
    harness.finish(KEY, Done(), stage=Stage.SHIPPED)
    harness.clock.advance(seconds=5)
    return harness.snapshot(KEY)


def test_the_registrations_are_deleted_and_the_order_is_due_at_a_new_revision(harness, seen):
    assert remove_parcel(harness, seen, reason="a misprint (ann)") is Removed.DONE
    row = harness.row()
    assert (row["event_count"], row["revision"], row["due"], row["updated_at"]) == (1, 3, *[harness.clock()] * 2)
    assert [event["key"] for event in harness.event_rows()] == ["first"]
    (entry,) = harness.audit_rows()
    assert (entry["action"], entry["at"]) == ("removed", harness.clock())
    assert entry["detail"] == "tracking number TRK1: a misprint (ann)"


def test_the_removal_is_written_beside_the_delivery_of_the_registration(harness, seen):
    remove_parcel(harness, seen)
    assert harness.delivery_details() == ["", "an operator removed tracking number TRK1: a misprint"]


def test_the_database_agrees_with_itself_after_a_removal(harness, seen):
    remove_parcel(harness, seen)
    assert_integrity(harness.database)


def test_another_order_can_have_the_number_and_what_waits_for_it_goes_there(harness, seen):
    remove_parcel(harness, seen)
    register_parcel(harness, key=OTHER)
    harness.accept("shipment.delivered", "TRK1", order=PARCEL, key="b")
    harness.run_for(seconds=30)
    assert harness.api.orders["2"].status == "completed"


def test_the_same_order_can_have_the_parcel_again(harness, seen):
    remove_parcel(harness, seen)
    register_parcel(harness)
    assert harness.row()["event_count"] == 2


def test_the_order_no_longer_waits_for_the_parcel(harness, first_event):
    register_parcel(harness)
    harness.accept("shipment.delivered", "A", key="b")
    harness.run_for(seconds=30)
    assert harness.api.orders["1"].status == "shipped"
    assert remove_parcel(harness, harness.snapshot(KEY)) is Removed.DONE
    harness.run_for(seconds=30)
    assert harness.api.orders["1"].status == "completed"


def test_nothing_changes_when_the_order_has_a_newer_event(harness, seen):
    harness.accept("shipment.picked_up", "TRK1", key="b")
    events = harness.event_rows()
    assert remove_parcel(harness, seen) is Removed.OVERTAKEN
    assert (harness.event_rows(), harness.audit_rows()) == (events, [])


def test_nothing_changes_while_a_worker_reconciles_the_order(harness, first_event):
    """Its results go to events by their ids, which SQLite gives to new events again."""
    register_parcel(harness)
    harness.lease(KEY)
    leased = harness.snapshot(KEY)
    events = harness.event_rows()
    assert remove_parcel(harness, leased) is Removed.OVERTAKEN
    assert (harness.event_rows(), harness.row()["revision"]) == (events, 2)


@pytest.mark.parametrize("firm", [True, False])
def test_a_removal_neither_shortens_a_back_off_nor_lifts_a_stop(harness, first_event, firm):
    register_parcel(harness)
    later = harness.clock() + HOUR
    harness.finish(KEY, Later(later, WaitReason.API_UNAVAILABLE, firm=firm))
    remove_parcel(harness, harness.snapshot(KEY))
    assert harness.row()["due"] == (later if firm else harness.clock())


def test_a_stopped_order_stays_stopped(harness, first_event):
    register_parcel(harness)
    harness.finish(KEY, Stopped(StopReason.REFUSED))
    assert remove_parcel(harness, harness.snapshot(KEY)) is Removed.DONE
    assert harness.snapshot(KEY).state is State.STOPPED


@pytest.fixture
def created(harness: Harness) -> Snapshot:
    """An order that only the registration of a parcel has created."""
    register_parcel(harness)
    return harness.snapshot(KEY)


def test_an_order_of_which_nothing_else_is_known_is_deleted(harness, created):
    harness.finish(KEY, Stopped(StopReason.UNKNOWN_ORDER))
    assert remove_parcel(harness, harness.snapshot(KEY)) is Removed.WITH_ORDER
    assert (harness.order_keys(), harness.event_rows(), harness.audit_rows()) == ([], [], [])
    register_parcel(harness)
    assert harness.row()["revision"] == 1


def test_an_order_that_the_platform_has_shown_stays(harness, created):
    harness.change(read_at=harness.clock())
    assert remove_parcel(harness, harness.snapshot(KEY)) is Removed.DONE
    assert (harness.row()["event_count"], harness.audit_actions()) == (0, ["removed"])


def test_an_order_with_a_write_stays(harness, created):
    leased = harness.lease(KEY)
    step = Step(Stage.SHIPPED, harness.clock(), inferred=True)
    assert harness.order_store.announce(leased, step, {"status": "shipped"}, 1)
    harness.clock.advance(seconds=1)
    assert remove_parcel(harness, harness.snapshot(KEY)) is Removed.DONE
    assert harness.writes() == [("shipped", "sent")]


def test_an_order_that_is_unknown_or_was_deleted_is_left_alone(harness, created):
    assert remove_parcel(harness, created) is Removed.WITH_ORDER
    assert remove_parcel(harness, created) is Removed.OVERTAKEN
