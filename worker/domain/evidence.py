"""Evidence: what all the news of an order, taken together, justifies.

Everything here is a function of the set of events, never of their order of arrival.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from worker.domain.events import LOSSES, MOVEMENTS, SAYS, EventName, Recorded
from worker.domain.orders import ROAD, Place, has_reached

ALARMS = LOSSES | {EventName.CANCELLED}
"""What a person must look at, unless it is a cancellation before the pick-up."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the events of one order say together."""

    place: Place = Place.PENDING
    """The furthest place that the events justify."""
    dates: dict[Place, int] = field(default_factory=dict)
    """When each place up to *place* was reached, as far as the events tell (microseconds, UTC)."""
    said: frozenset[Place] = frozenset()
    """The places that an event names itself; the others are inferred from a later one."""
    alarm: str = ""
    """The reason word of the latest news for which a person is needed; empty when there is none."""
    alarms: frozenset[int] = frozenset()
    """The ids of all such events that no operator has acknowledged."""
    tracking: tuple[tuple[str, str], ...] = ()
    """The parcels that count, as (number, URL)."""
    parcels: int = 0
    """How many parcels count: known or announced, less those cancelled before their pick-up."""
    delivered: int = 0
    """How many of them have arrived."""
    moved_revision: int = 0
    """The revision of the newest event that shows a parcel moving."""


def weigh(events: Iterable[Recorded], acknowledged: int = 0) -> Evidence:
    """Weigh all *events* of one order; alarms up to revision *acknowledged* are silent."""
    known = sorted(events, key=_in_time)
    parcels, nameless = _by_parcel(known)
    gone = frozenset(number for number, news in parcels.items() if _is_gone(news))
    counted = {number: news for number, news in parcels.items() if number not in gone}
    expected = max(_announced(known) - len(gone), len(counted))
    arrivals = [at for at in map(_arrived_at, counted.values()) if at is not None]
    arrived_at = max(arrivals) if arrivals and len(arrivals) >= expected else None
    standing = [e for e in chain(nameless, *counted.values()) if e.event.name in ALARMS]
    alarms = sorted((e for e in standing if e.revision > acknowledged), key=_in_time)
    claims = list(_claims(known, arrived_at))
    return Evidence(
        place=max((place for place, _ in claims), key=ROAD.index, default=Place.PENDING),
        dates=_dates(claims),
        said=frozenset(SAYS[e.event.name] for e in known if e.event.name in SAYS),
        alarm=alarms[-1].event.name.value.replace(".", "_") if alarms else "",
        alarms=frozenset(e.id for e in alarms),
        tracking=tuple((number, _url(news)) for number, news in counted.items() if number),
        parcels=expected,
        delivered=len(arrivals),
        moved_revision=max((e.revision for e in known if e.event.name in MOVEMENTS), default=0),
    )


def _in_time(recorded: Recorded) -> tuple[int, str, str]:
    return recorded.event.occurred_at, recorded.event.source, recorded.event.key


def _by_parcel(known: list[Recorded]) -> tuple[dict[str, list[Recorded]], list[Recorded]]:
    """Group shipment news by parcel; without a number it speaks for the only parcel known.

    News without a number from before a second parcel was known comes back apart: it proves that
    something moved, but of no parcel by name.
    """
    shipments = [e for e in known if e.event.name.startswith("shipment.")]
    numbers = dict.fromkeys(e.event.tracking for e in shipments if e.event.tracking)
    parcels: dict[str, list[Recorded]] = {number: [] for number in numbers}
    nameless: list[Recorded] = []
    for recorded in shipments:
        if recorded.event.tracking:
            parcels[recorded.event.tracking].append(recorded)
        elif len(numbers) > 1:
            nameless.append(recorded)
        else:
            parcels.setdefault(next(iter(numbers), ""), []).append(recorded)
    return parcels, nameless


def _is_gone(news: list[Recorded]) -> bool:
    """A parcel cancelled before its pick-up is gone; cancelled on the way, it is an alarm."""
    names = {e.event.name for e in news}
    return EventName.CANCELLED in names and not names & (MOVEMENTS | LOSSES)


def _announced(known: list[Recorded]) -> int:
    """How many parcels the latest statement announces: couriers correct themselves."""
    counts = [e.event.parcels for e in known if e.event.parcels is not None]
    return counts[-1] if counts else 0


def _arrived_at(news: list[Recorded]) -> int | None:
    return min((e.event.occurred_at for e in news if e.event.name is EventName.DELIVERED), default=None)


def _claims(known: list[Recorded], arrived_at: int | None) -> Iterable[tuple[Place, int]]:
    """Yield every place that is claimed, and when; delivery counts once the last parcel has arrived."""
    for recorded in known:
        said = SAYS.get(recorded.event.name)
        if recorded.event.name is EventName.DELIVERED:
            said = Place.SHIPPED
        if said:
            yield said, recorded.event.occurred_at
    if arrived_at is not None:
        yield Place.DELIVERED, arrived_at


def _dates(claims: list[tuple[Place, int]]) -> dict[Place, int]:
    """Date each place by the earliest claim of it or of a place beyond it."""
    reached = {place: [at for said, at in claims if has_reached(said, place)] for place in ROAD}
    return {place: min(instants) for place, instants in reached.items() if instants}


def _url(news: list[Recorded]) -> str:
    return next((e.event.tracking_url for e in reversed(news) if e.event.tracking_url), "")
