"""Evidence: what all events of an order, taken together, justify.

Everything here is a function of the set of events. The sequence in which they arrived never matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from worker.domain.events import LOSSES, MOVEMENTS, STAGE_OF, EventName, RecordedEvent
from worker.domain.instants import Instant
from worker.domain.reasons import StopReason
from worker.domain.stages import STAGES, Stage, has_reached

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
    """The parcels that count and have a tracking number, as (tracking number, URL)."""
    parcels: int = 0
    """How many parcels count: all that are known or announced, except those cancelled before their pick-up."""
    delivered: int = 0
    """How many of them have arrived."""
    moved_revision: int = 0
    """The revision of the newest event that shows a parcel moving; 0 without one."""


def weigh(events: Iterable[RecordedEvent], acknowledged: int = 0) -> Evidence:
    """Return the evidence of all *events* of one order. Alarms up to the revision *acknowledged* do not count."""
    timeline = sorted(events, key=_chronologically)
    parcels, unassigned = _by_parcel(timeline)
    cancelled = frozenset(number for number, its_events in parcels.items() if _is_cancelled(its_events))
    counted = {number: its_events for number, its_events in parcels.items() if number not in cancelled}
    expected = max(_announced(timeline) - len(cancelled), len(counted))
    arrivals = [at for at in map(_arrived_at, counted.values()) if at is not None]
    arrived_at = max(arrivals) if arrivals and len(arrivals) >= expected else None
    possible_alarms = [e for e in chain(unassigned, *counted.values()) if e.event.name in ALARMS]
    alarms = sorted((e for e in possible_alarms if e.revision > acknowledged), key=_chronologically)
    claims = list(_claims(timeline, arrived_at))
    return Evidence(
        target=max((stage for stage, _ in claims), key=STAGES.index, default=Stage.PENDING),
        dates=_dates(claims),
        named=frozenset(STAGE_OF[e.event.name] for e in timeline if e.event.name in STAGE_OF),
        alarm=ALARMS[alarms[-1].event.name] if alarms else None,
        alarms=frozenset(e.id for e in alarms),
        tracking=tuple((number, _url(its_events)) for number, its_events in counted.items() if number),
        parcels=expected,
        delivered=len(arrivals),
        moved_revision=max((e.revision for e in timeline if e.event.name in MOVEMENTS), default=0),
    )


def _chronologically(recorded: RecordedEvent) -> tuple[Instant, str, str]:
    return recorded.event.occurred_at, recorded.event.source, recorded.event.key


def _by_parcel(timeline: list[RecordedEvent]) -> tuple[dict[str, list[RecordedEvent]], list[RecordedEvent]]:
    """Group the shipment events by tracking number; an event without one belongs to the only parcel known.

    With several parcels known, the second list has the events without a number: they prove that a parcel moved, but not
    which one.
    """
    shipments = [e for e in timeline if e.event.name.startswith("shipment.")]
    numbers = dict.fromkeys(e.event.tracking for e in shipments if e.event.tracking)
    parcels: dict[str, list[RecordedEvent]] = {number: [] for number in numbers}
    unassigned: list[RecordedEvent] = []
    for recorded in shipments:
        if recorded.event.tracking:
            parcels[recorded.event.tracking].append(recorded)
        elif len(numbers) > 1:
            unassigned.append(recorded)
        else:
            parcels.setdefault(next(iter(numbers), ""), []).append(recorded)
    return parcels, unassigned


def _is_cancelled(events: list[RecordedEvent]) -> bool:
    """Tell whether the parcel was cancelled before its pick-up. Later, a cancellation is an alarm."""
    names = {e.event.name for e in events}
    return EventName.CANCELLED in names and not names & (MOVEMENTS | LOSSES)


def _announced(timeline: list[RecordedEvent]) -> int:
    """Return how many parcels the latest announcement names, because couriers correct themselves."""
    counts = [e.event.parcels for e in timeline if e.event.parcels is not None]
    return counts[-1] if counts else 0


def _arrived_at(events: list[RecordedEvent]) -> Instant | None:
    return min((e.event.occurred_at for e in events if e.event.name is EventName.DELIVERED), default=None)


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


def _url(events: list[RecordedEvent]) -> str:
    return next((e.event.tracking_url for e in reversed(events) if e.event.tracking_url), "")
