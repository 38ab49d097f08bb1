"""What a group of deliveries asks the database before it is judged, and the answer. Nothing here reads the database."""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from worker.domain.events import Event
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.store.intake.arrivals import KnownEvents

Name: TypeAlias = tuple[str, str, str]
"""The name of a parcel: its account, the kind of name, and the form in which names of this kind compare."""


class KnownOrder(NamedTuple):
    """An order in the database: the columns that `plan` needs."""

    row_id: int
    event_count: int
    lane: int
    read_at: Instant | None
    carrier: str
    carrier_by: str
    body_bytes: int


@dataclass(frozen=True, slots=True)
class Questions:
    """What a group asks: events by (source, key), orders by their keys, and for which names references may wait."""

    identities: Collection[tuple[str, str]]
    orders: Collection[OrderKey]
    names: Collection[Name]


@dataclass(frozen=True, slots=True)
class Known:
    """The answer: events by (source, key), orders by their keys, and the names for which a reference may wait."""

    events: KnownEvents
    orders: Mapping[OrderKey, KnownOrder]
    awaited: AbstractSet[Name]


def questions_of(events: Iterable[Event]) -> Questions:
    """Return what the judgement on *events* needs to know. None of them names its order by a reference."""
    events = list(events)
    return Questions(
        list(dict.fromkeys((event.source, event.key) for event in events)),
        list(dict.fromkeys(event.order for event in events)),
        list(dict.fromkeys(name for event in events for name in names_of(event))),
    )


def names_of(event: Event) -> list[Name]:
    """Return the names of the event's parcel for which a reference may wait."""
    return [(event.order.account, name.kind, name.comparable) for name in event.parcel_names]
