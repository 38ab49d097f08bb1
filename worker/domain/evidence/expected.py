"""How many parcels an order waits for. A delivery cannot be undone, so when in doubt, it is one more.

A parcel that takes the place of another one is no further parcel of the order. Nobody says which one does, so each
parcel that was first heard of later may do so, and each takes one place at most.
"""

from collections.abc import Collection, Iterable, Sequence

from worker.domain.events import RecordedEvent
from worker.domain.evidence.parcels import ParcelHistory
from worker.domain.instants import Instant


def without_replaced(parcels: Sequence[ParcelHistory], acknowledged: int) -> list[ParcelHistory]:
    """Return those of *parcels* that an order waits for: a lost parcel does not count once another replaces it.

    A parcel replaces one that is lost if it was first heard of after the courier had said so, and an operator has
    acknowledged the loss, up to the revision *acknowledged*. So an order of two parcels, one of them lost, still waits
    for two.
    """
    losses = [(at, number) for number, parcel in enumerate(parcels) if (at := parcel.lost_at(acknowledged)) is not None]
    replaced = _places_taken(losses, parcels)
    return [parcel for number, parcel in enumerate(parcels) if number not in replaced]


def expected(parcels: Sequence[ParcelHistory], timeline: Iterable[RecordedEvent]) -> int:
    """Return how many parcels are announced, without those of *parcels* that were cancelled since then.

    The latest announcement in *timeline* counts, because couriers correct themselves. A cancelled parcel whose place
    another one may have taken leaves the number as it is.
    """
    announced = ((e.event.occurred_at, e.event.parcels) for e in timeline if e.event.parcels is not None)
    announced_at, count = max(announced, default=(0, 0))
    cancelled = [
        (parcel.first_at, number)
        for number, parcel in enumerate(parcels)
        if parcel.is_cancelled and parcel.cancelled_at > announced_at
    ]
    return count - len(cancelled) + len(_places_taken(cancelled, parcels))


def _places_taken(free: Iterable[tuple[Instant, int]], parcels: Sequence[ParcelHistory]) -> Collection[int]:
    """Return which places are taken, by their numbers. *free*: since when each may be taken, and its number."""
    waiting, taken = sorted(free), list[int]()
    for first_at in sorted(parcel.first_at for parcel in parcels):
        if len(taken) < len(waiting) and waiting[len(taken)][0] < first_at:
            taken.append(waiting[len(taken)][1])
    return taken
