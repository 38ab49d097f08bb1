"""Evidence: what all events of an order, taken together, justify.

Everything here is a function of the set of events. The sequence in which they arrived never matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from worker.domain.events import MOVEMENTS, STAGE_OF, EventName, RecordedEvent
from worker.domain.evidence.carriers import of_carrier
from worker.domain.evidence.expected import expected, without_replaced
from worker.domain.evidence.parcels import by_parcel, in_sequence
from worker.domain.instants import Instant
from worker.domain.reasons import StopReason
from worker.domain.stages import STAGES, Stage, has_reached
from worker.domain.tracking import is_tracking_number

ALARMS = {
    EventName.RETURNED: StopReason.SHIPMENT_RETURNED,
    EventName.LOST: StopReason.SHIPMENT_LOST,
    EventName.CANCELLED: StopReason.SHIPMENT_CANCELLED,
}
"""The events that need a person, each with its stop reason. A cancellation before the pick-up is no alarm."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the events of one order say together."""

    target: Stage = Stage.PENDING
    """The furthest stage that the events justify."""
    dates: dict[Stage, Instant] = field(default_factory=dict)
    """When the order reached each stage up to *target*, by the events."""
    named: frozenset[Stage] = frozenset()
    """The stages that events name. The other stages up to *target* are inferred."""
    alarm: StopReason | None = None
    """The stop reason of the latest alarm; None without an alarm."""
    alarms: frozenset[int] = frozenset()
    """The ids of all alarms that no operator has acknowledged."""
    tracking: tuple[tuple[str, str], ...] = ()
    """The parcels that count and have a tracking number that can be shown, as (tracking number, URL)."""
    missing: tuple[str, ...] = ()
    """The tracking numbers of those that have not arrived."""
    parcels: int = 0
    """How many parcels count: all that are known or announced, except those cancelled, put away, or replaced.

    With an announcement, it may be more than the parcels that are known.
    """
    delivered: int = 0
    """How many of them have arrived."""
    moved_revision: int = 0
    """The revision of the newest event that shows a parcel moving; 0 without one."""
    heard_at: Instant = 0
    """When the latest event about a parcel was received; 0 without one."""


def weigh(events: Iterable[RecordedEvent], acknowledged: int = 0, carrier: str = "") -> Evidence:
    """Return the evidence of all *events* of one order, which *carrier* carries.

    Alarms up to the revision *acknowledged* do not count, and neither do restricted events of other sources.
    """
    timeline = in_sequence(of_carrier(events, carrier))
    parcels, unassigned = by_parcel(timeline)
    counted = without_replaced([parcel for parcel in parcels if not parcel.is_cancelled], acknowledged)
    count = max(expected(parcels, timeline), len(counted))
    arrivals = [at for at in (parcel.arrived_at for parcel in counted) if at is not None]
    arrived_at = max(arrivals) if arrivals and len(arrivals) >= count else None
    possible_alarms = chain((e for e in unassigned if e.event.name in ALARMS), *(parcel.alarms for parcel in counted))
    alarms = in_sequence(e for e in possible_alarms if e.revision > acknowledged)
    claims = list(_claims(timeline, arrived_at))
    return Evidence(
        target=max((stage for stage, _ in claims), key=STAGES.index, default=Stage.PENDING),
        dates=_dates(claims),
        named=frozenset(STAGE_OF[e.event.name] for e in timeline if e.event.name in STAGE_OF),
        alarm=ALARMS[alarms[-1].event.name] if alarms else None,
        alarms=frozenset(e.id for e in alarms),
        tracking=tuple(parcel.for_notes for parcel in counted if is_tracking_number(parcel.number)),
        missing=tuple(parcel.number for parcel in counted if parcel.number and parcel.arrived_at is None),
        parcels=count,
        delivered=len(arrivals),
        moved_revision=max((e.revision for e in timeline if e.event.name in MOVEMENTS), default=0),
        heard_at=max((parcel.heard_at for parcel in parcels), default=0),
    )


def _claims(timeline: list[RecordedEvent], arrived_at: Instant | None) -> Iterable[tuple[Stage, Instant]]:
    """Yield each claimed stage and its date. Delivery counts once the last parcel has arrived."""
    for recorded in timeline:
        name = recorded.event.name
        stage = Stage.SHIPPED if name is EventName.DELIVERED else STAGE_OF.get(name)
        if stage:
            yield stage, recorded.event.occurred_at
    if arrived_at is not None:
        yield Stage.DELIVERED, arrived_at


def _dates(claims: list[tuple[Stage, Instant]]) -> dict[Stage, Instant]:
    """Date each stage by the earliest claim of it or of a later stage."""
    reached = {stage: [at for claimed, at in claims if has_reached(claimed, stage)] for stage in STAGES}
    return {stage: min(instants) for stage, instants in reached.items() if instants}
