"""How many more unknown orders each source may name, as one process knows it without counting them each time.

To count them takes a millisecond for every few thousands, inside the transaction of a delivery. So a process counts
them when it has used a quarter of the room that it found, or after a minute, because other processes use it, too.
"""

from dataclasses import dataclass
from typing import NamedTuple

from worker.domain.instants import MINUTE, SECOND, Instant

MAX_AGE = MINUTE
"""How long a count is used."""
FULL_FOR = SECOND
"""How long a source that had no room is not counted again."""


class Bound(NamedTuple):
    """The bound of a *source* of an *account*: the *most* unknown orders."""

    account: str
    source: str
    most: int


@dataclass(slots=True)
class _Room:
    """What is left of the room that was found at an instant. *is_full*: there was none."""

    left: int
    found_at: Instant
    is_full: bool


class UnknownRooms:
    """The room that this process has for new unknown orders, by bound. Its callers take turns."""

    def __init__(self) -> None:
        self._rooms: dict[Bound, _Room] = {}

    def take(self, bound: Bound, count: int, now: Instant) -> bool:
        """Take the room of *count* orders, and tell whether there was enough. If not, nobody knows before a count."""
        room = self._rooms.get(bound)
        if room is None or not 0 <= now - room.found_at < MAX_AGE or room.left < count:
            return False
        room.left -= count
        return True

    def is_full(self, bound: Bound, now: Instant) -> bool:
        """Tell whether a count has just found no room."""
        room = self._rooms.get(bound)
        return room is not None and room.is_full and 0 <= now - room.found_at < FULL_FOR

    def found(self, bound: Bound, room: int, now: Instant, taken: int) -> None:
        """Note the *room* that a count has found at *now*, of which the caller wants to take room for *taken* orders.

        A quarter of the rest, rounded up, may be taken without another count.
        """
        self._rooms[bound] = _Room(-(-max(0, room - taken) // 4), now, is_full=room <= 0)
