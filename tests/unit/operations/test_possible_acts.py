"""The acts that the state of an order allows: none of them is refused, and every other one is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given

from tests.support.clock import START
from tests.support.events import an_event
from tests.support.generated_snapshots import snapshots
from tests.support.operators import Operator
from tests.support.snapshots import SETTLED, snapshot
from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.stages import STAGES, Stage
from worker.operations import closing
from worker.operations.acts import ActName
from worker.operations.orders import Operations
from worker.operations.parcels.drops import drop
from worker.operations.parcels.parcels import parcels_of
from worker.operations.parcels.removals import remove
from worker.operations.possible_acts import PossibleAct, possible_acts

WHY = "a reason"
STOPPED: dict[str, Any] = {"stop": "refused", "stop_detail": "HTTP 422", "stopped_at": START - HOUR}


def names(seen: Snapshot, *carriers: str) -> set[ActName]:
    return {act.name for act in possible_acts(seen, carriers)}


def choices(seen: Snapshot, name: ActName, *carriers: str) -> tuple[str, ...]:
    return next((act.choices for act in possible_acts(seen, carriers) if act.name is name), ())


Do = Callable[[Operations, OrderKey, str, str], object]
DO: dict[ActName, Do] = {
    ActName.ADVANCE: lambda operations, key, _, choice: operations.advance(key, Stage(choice), WHY),
    ActName.RETRY: lambda operations, key, stop, _: operations.retry(key, WHY, stop),
    ActName.RELEASE: lambda operations, key, stop, _: operations.release(key, WHY, stop),
    ActName.CLOSE: lambda operations, key, stop, _: closing.close(operations, key, WHY, stop),
    ActName.REMOVE_PARCEL: lambda operations, key, _, choice: remove(operations, key, choice, WHY),
    ActName.DROP_PARCEL: lambda operations, key, _, choice: drop(operations, key, choice, WHY),
}


def is_accepted(seen: Snapshot, name: ActName, choice: str = "") -> bool:
    """Do an act with fakes of all ports, and tell whether it is accepted and changes something."""
    operator = Operator(seen)
    try:
        DO[name](operator.operations, seen.order.key, seen.row.stop, choice)
    except IllegalRequest:
        return False
    return not operator.changed_nothing()


@given(snapshots())
def test_exactly_the_possible_acts_are_accepted(seen: Snapshot):
    possible = names(seen)
    for name in (ActName.RETRY, ActName.RELEASE, ActName.CLOSE):
        assert is_accepted(seen, name) == (name in possible), name
    advanced = {stage for stage in STAGES if is_accepted(seen, ActName.ADVANCE, stage)}
    assert advanced == set(choices(seen, ActName.ADVANCE))


@given(snapshots())
def test_exactly_the_parcels_are_offered_that_can_be_removed_or_put_away(seen: Snapshot):
    numbers = set() if seen.order.key.reference else {each.parcel.tracking for each in parcels_of(seen.events)} - {""}
    for name in (ActName.REMOVE_PARCEL, ActName.DROP_PARCEL):
        assert {number for number in numbers if is_accepted(seen, name, number)} == set(choices(seen, name))


def test_a_stopped_order_has_acts_that_name_its_stop():
    acts = {act.name: act for act in possible_acts(snapshot(an_event("order.shipped"), **STOPPED))}
    for name in (ActName.RELEASE, ActName.RETRY, ActName.CLOSE):
        assert acts[name] == PossibleAct(name, "refused")
    assert ActName.ADVANCE not in acts


def test_an_order_is_advanced_to_later_stages_only():
    assert choices(snapshot(**SETTLED), ActName.ADVANCE) == (Stage.SHIPPED, Stage.DELIVERED, Stage.COMPLETED)


def test_a_reference_can_be_found_and_not_advanced_or_assigned():
    seen = snapshot(**STOPPED)
    key = OrderKey("main", "number:ORD-1")
    seen = replace(seen, row=replace(seen.row, order=replace(seen.order, key=key, stage=None)))
    assert names(seen, "fastbox") == {ActName.RELEASE, ActName.RETRY, ActName.FIND, ActName.CLOSE}


def test_an_order_is_assigned_to_another_carrier_or_to_nobody():
    carried = snapshot(order={"carrier": "fastbox"}, **SETTLED)
    assert choices(carried, ActName.ASSIGN, "fastbox", "slowbox") == ("", "slowbox")
    assert choices(snapshot(**SETTLED), ActName.ASSIGN, "fastbox") == ("fastbox",)
    assert ActName.ASSIGN not in names(snapshot(**SETTLED))


def test_only_a_parcel_that_no_courier_has_reported_is_removed():
    registered = an_event("shipment.created", "A", source=OPERATOR)
    seen = snapshot(registered, an_event("shipment.picked_up", "B"), **SETTLED)
    assert choices(seen, ActName.REMOVE_PARCEL) == ("A",)
    assert choices(seen, ActName.DROP_PARCEL) == ("A",)
