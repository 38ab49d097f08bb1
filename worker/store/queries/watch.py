"""What `doctor` and the metrics watch: the last scans, late orders, and when each source was heard of."""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Connection, func, select

from worker.domain.instants import Instant
from worker.domain.overview.silence import BURST, LEARNED_FROM, Burst, SourceActivity
from worker.domain.overview.watch import LastScan, Watch
from worker.domain.policy import Policy
from worker.store.database.database import Database
from worker.store.queries.late import late_orders
from worker.store.tables import deliveries, scans
from worker.store.workers import seen_workers


class WatchQueries:
    """The queries about what is watched."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def watch(self, policies: Mapping[str, Policy], sources: Collection[str]) -> Watch:
        """Return what is watched, of the accounts in *policies* and of *sources*. Raises `StoreUnavailable`."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            return Watch(
                now=now,
                scans=last_scans(connection),
                late=tuple(late_orders(connection, policies, now)),
                sources=tuple(_activities(connection, sources, now)),
                workers=seen_workers(connection),
            )

    def activities(self, sources: Collection[str]) -> tuple[Instant, list[SourceActivity]]:
        """Return the database's time, and when each of *sources* was heard of. Raises `StoreUnavailable`."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            return now, list(_activities(connection, sources, now))


def last_scans(connection: Connection) -> dict[str, LastScan]:
    """Return the last scan of each account."""
    return {
        row.account: LastScan(
            started_at=row.started_at,
            finished_at=row.finished_at,
            pages=row.pages,
            listed=row.listed,
            found=row.found,
            problem=row.problem,
            complete_at=row.complete_at,
        )
        for row in connection.execute(select(scans).order_by(scans.c.account))
    }


def last_deliveries(connection: Connection) -> dict[str, Instant]:
    """Return when the last stored delivery of each source was received, with one search in the index for each."""
    latest: dict[str, Instant] = {}
    name: str | None = ""
    while True:
        following = select(deliveries.c.source).where(deliveries.c.source > name).order_by(deliveries.c.source)
        name = connection.execute(following.limit(1)).scalar()
        if name is None:
            return latest
        last = select(func.max(deliveries.c.received_at)).where(deliveries.c.source == name)
        latest[name] = connection.execute(last).scalar_one()


def _activities(connection: Connection, sources: Collection[str], now: Instant) -> Iterator[SourceActivity]:
    """Yield when each of *sources* that was ever heard of has sent deliveries: one range of the index for each."""
    latest, received_at = last_deliveries(connection), deliveries.c.received_at
    for source in sources:
        if source in latest:
            bursts = (
                select(func.min(received_at), func.max(received_at), func.count())
                .where(deliveries.c.source == source, now - LEARNED_FROM < received_at)
                .group_by(received_at // BURST)
                .order_by(func.min(received_at))
            )
            rows = [Burst(*row) for row in connection.execute(bursts)]
            yield SourceActivity(source, latest[source], rows)
