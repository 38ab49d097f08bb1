"""The traffic of sources: each stored delivery is counted once, however often somebody asks."""

import threading
from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, select

from worker.domain.instants import MINUTE, Duration, Instant
from worker.domain.overview.silence import BURST, Burst
from worker.domain.overview.traffic import LASTS, Traffic, merged_bursts
from worker.store.database.database import Database
from worker.store.tables import deliveries

PAGE = 50_000
"""The ids that one statement reads."""
SETTLED_AFTER: Duration = MINUTE
"""A transaction that began so long ago has ended: the ids before its own are all there, and can be counted for good."""

row_id, received_at = deliveries.c.id, deliveries.c.received_at
_Bursts = dict[tuple[str, str], dict[int, Burst]]


class TrafficQueries:
    """Counts the deliveries of the last two weeks. One object is for one thread at a time.

    It keeps the counts of what was settled, and reads the deliveries of the last minute anew each time. Its memory is
    bounded by the number of sources.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled: _Bursts = {}
        self._settled_to: int | None = None
        self._closed = threading.Event()

    def close(self) -> None:
        """Read no page any more."""
        self._closed.set()

    def count(self) -> Traffic:
        """Return the traffic until now. Raises `StoreUnavailable`; what was counted until then counts."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            first, settled, last = self._ends(connection, now)
        for page in _pages(first, max(first, settled)):
            if self._closed.is_set():
                break
            _add(self._settled, self._count_page(*page, now))
            self._settled_to = page[1]
        self._forget(now - LASTS)
        recent: _Bursts = {key: dict(bursts) for key, bursts in self._settled.items()}
        for page in _pages(max(first, settled), last) if not self._closed.is_set() else ():
            _add(recent, self._count_page(*page, now))
        return Traffic(now, recent)

    def _ends(self, connection: Connection, now: Instant) -> tuple[int, int, int]:
        """Return the id after which to count, the last id that is settled, and the last id."""
        last = connection.scalar(select(func.max(row_id))) or 0
        oldest = select(row_id).where(received_at > now - LASTS).order_by(received_at, row_id).limit(1)
        first = self._settled_to
        if first is None:
            oldest_id = connection.scalar(oldest)
            first = last if oldest_id is None else oldest_id - 1
        newest = select(row_id).where(received_at <= now - SETTLED_AFTER)
        settled = connection.scalar(newest.order_by(received_at.desc(), row_id.desc()).limit(1)) or 0
        return first, settled, last

    def _count_page(self, after: int, until: int, now: Instant) -> _Bursts:
        burst = received_at // BURST
        by = (deliveries.c.source, deliveries.c.outcome, burst)
        rows = and_(row_id > after, row_id <= until, received_at > now - LASTS)
        query = select(*by, func.min(received_at), func.max(received_at), func.count()).where(rows).group_by(*by)
        counts: _Bursts = {}
        with self._database.read() as connection:
            for source, outcome, number, *values in connection.execute(query):
                counts.setdefault((source, outcome), {})[number] = Burst(*values)
        return counts

    def _forget(self, before: Instant) -> None:
        for key, bursts in list(self._settled.items()):
            self._settled[key] = {number: burst for number, burst in bursts.items() if burst.last > before}
            if not self._settled[key]:
                del self._settled[key]


def _pages(after: int, until: int) -> Iterator[tuple[int, int]]:
    """Yield the ids after which each page begins, and with which it ends."""
    for first in range(after, until, PAGE):
        yield first, min(first + PAGE, until)


def _add(counts: _Bursts, more: _Bursts) -> None:
    for key, bursts in more.items():
        own = counts.setdefault(key, {})
        for number, burst in bursts.items():
            own[number] = merged_bursts(own[number], burst) if number in own else burst
