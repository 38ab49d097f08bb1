"""The acts that the state of an order allows, by the same checks that the acts themselves make.

So nobody is offered an act that would be refused for a reason that is known. What only the act itself finds out, such
as a parcel that another order has, is still refused.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR
from worker.domain.evidence.parcels import by_parcel, in_sequence
from worker.domain.instants import Instant
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import OrderRow, Snapshot
from worker.domain.stages import STAGES
from worker.domain.tracking import parcel_form
from worker.operations.acts import ActName
from worker.operations.closing import require_closable
from worker.operations.orders import require_not_stopped, require_stage_ahead
from worker.operations.parcels.drops import require_at_rest
from worker.operations.parcels.parcels import parcels_of
from worker.operations.parcels.removals import require_removable

T = TypeVar("T")

NEVER: Instant = 0
"""When an order changed last that the database does not have."""
NOBODY = ""
"""The carrier of an order that nobody carries."""


CREATING_ACTS = (ActName.ADD_PARCEL, ActName.ADVANCE, ActName.ASSIGN)
"""The acts that can create an order which the database does not have: no webhook tells of new orders at Cekat."""


@dataclass(frozen=True, slots=True)
class PossibleAct:
    """An act, and what it needs to be told.

    *stop* is the reason of the stop that the act lifts; empty if it lifts none. *choices* are what it may be done with:
    stages, carriers or tracking numbers; empty when there is nothing to choose.
    """

    name: ActName
    stop: str = ""
    choices: tuple[str, ...] = ()


def new_order(key: OrderKey, now: Instant) -> Snapshot:
    """Return an order that the database does not have, as it is before the act that creates it."""
    return Snapshot(now, OrderRow(Order(key), first_seen_at=now, updated_at=NEVER))


def possible_acts(snapshot: Snapshot, carriers: Collection[str] = ()) -> tuple[PossibleAct, ...]:
    """Return the acts that are possible now. *carriers* are the sources that can carry orders of the account."""
    return tuple(_possible_acts(snapshot, carriers))


def _possible_acts(snapshot: Snapshot, carriers: Collection[str]) -> Iterator[PossibleAct]:
    stop = snapshot.row.stop
    if stop or snapshot.order.closed_by_operator:
        yield PossibleAct(ActName.RELEASE, stop)
    if stop or _is_allowed(lambda: require_not_stopped(snapshot)):
        yield PossibleAct(ActName.RETRY, stop)
    if snapshot.order.key.reference:
        yield PossibleAct(ActName.FIND, stop)
    else:
        yield from _of_known_orders(snapshot, carriers)
    if _is_allowed(lambda: require_closable(snapshot)):
        yield PossibleAct(ActName.CLOSE, stop)


def _of_known_orders(snapshot: Snapshot, carriers: Collection[str]) -> Iterator[PossibleAct]:
    stages = _allowed(STAGES, lambda stage: require_stage_ahead(snapshot, stage))
    if stages:
        yield PossibleAct(ActName.ADVANCE, choices=stages)
    yield PossibleAct(ActName.ADD_PARCEL)
    numbers = [entry.parcel.tracking for entry in parcels_of(snapshot.events) if entry.parcel.tracking]
    removable = _allowed(_registered(snapshot, numbers), lambda number: require_removable(snapshot, number))
    if removable:
        yield PossibleAct(ActName.REMOVE_PARCEL, choices=removable)
    droppable = _droppable(snapshot, numbers)
    if droppable:
        yield PossibleAct(ActName.DROP_PARCEL, choices=droppable)
    others = {*carriers, NOBODY} - {snapshot.order.carrier}
    if others:
        yield PossibleAct(ActName.ASSIGN, choices=tuple(sorted(others)))


def _registered(snapshot: Snapshot, numbers: Iterable[str]) -> list[str]:
    """Return those of *numbers* that only operators have named, in one pass: no others can be removed."""
    others = {parcel_form(each.event.tracking) for each in snapshot.events if each.event.source != OPERATOR}
    return [number for number in numbers if parcel_form(number) not in others]


def _droppable(snapshot: Snapshot, numbers: Iterable[str]) -> tuple[str, ...]:
    """Return those of *numbers* whose parcels may be put away, if that changes something."""
    histories, _ = by_parcel(in_sequence(snapshot.events))
    parcels = {parcel_form(parcel.number): parcel for parcel in histories if not parcel.is_cancelled}
    waited_for = [number for number in numbers if parcel_form(number) in parcels]
    return _allowed(waited_for, lambda number: require_at_rest(snapshot, parcels[parcel_form(number)]))


def _allowed(choices: Iterable[T], require: Callable[[T], object]) -> tuple[T, ...]:
    return tuple(choice for choice in choices if _is_allowed(lambda choice=choice: require(choice)))  # type: ignore[misc]


def _is_allowed(require: Callable[[], object]) -> bool:
    with suppress(IllegalRequest):
        require()
        return True
    return False
