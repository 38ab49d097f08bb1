"""Stories: news of one order, told for a test, or drawn by Hypothesis."""

from collections.abc import Collection
from itertools import count

from hypothesis import strategies as st

from tests.support.clock import START
from worker.domain.events import Event, EventName, RecordedEvent
from worker.domain.instants import HOUR
from worker.domain.orders import OrderKey

KEY = OrderKey("main", "1")

COURIER = [name for name in EventName if name.startswith("shipment.")]
PARCELS = ["", "A", "B"]

_numbers = count(1)


def news(
    name: EventName | str,
    tracking: str = "",
    *,
    at: int = START,
    key: str = "",
    parcels: int | None = None,
    url: str = "",
    order: OrderKey = KEY,
) -> Event:
    """One event of *order*; with a key of its own unless one is given."""
    return Event(
        source="courier",
        key=key or f"told_{next(_numbers)}",
        order=order,
        name=EventName(name),
        occurred_at=at,
        received_at=at,
        tracking=tracking,
        tracking_url=url,
        parcels=parcels,
    )


def recorded(*events: Event) -> tuple[RecordedEvent, ...]:
    """*events* as the journal numbers them when they arrive in this order."""
    return tuple(RecordedEvent(number, number, event) for number, event in enumerate(events, 1))


@st.composite
def _events(draw: st.DrawFn, names: list[EventName], numbers: list[str]) -> list[Event]:
    told = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(numbers), st.integers(0, 5)), max_size=8))
    announced = draw(st.one_of(st.none(), st.integers(1, 3)))
    return [
        news(
            name,
            number if name in COURIER else "",
            at=START + hours * HOUR,
            key=f"evt_{stage}",
            parcels=announced if name is EventName.CREATED else None,
        )
        for stage, (name, number, hours) in enumerate(told)
    ]


def stories(
    names: Collection[EventName] = tuple(EventName), *, without: Collection[EventName] = (), parcels: int = 2
) -> st.SearchStrategy[list[Event]]:
    """Up to eight events with these *names*, of at most so many numbered *parcels*, in any order of time."""
    return _events([name for name in names if name not in without], PARCELS[: parcels + 1])
