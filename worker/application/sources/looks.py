"""What the console shows of each source of webhooks: its settings, its habits, and what could not be used."""

from collections.abc import Mapping
from dataclasses import dataclass

from worker.application.context import Context
from worker.application.overview import OverviewLook
from worker.application.sources.overview import Row, rows_of
from worker.domain.instants import DAY, Instant
from worker.domain.overview.figures import KeptDeliveries, Refusals
from worker.domain.overview.quarantine import Quarantined
from worker.domain.overview.silence import SourceActivity
from worker.store.queries.kept import kept_deliveries
from worker.store.queries.refusals import refused_requests


@dataclass(frozen=True, slots=True)
class SourceLook:
    """One source of the settings. *activity* is None until traffic is counted, and if nothing ever came.

    *sums* has the deliveries of the last day by outcome, and *counted* the requests that were never stored.
    """

    row: Row
    last_at: Instant | None
    activity: SourceActivity | None
    is_silent: bool
    sums: Mapping[str, int]
    counted: Mapping[str, int]
    quarantined: tuple[Quarantined, ...]
    kept: tuple[KeptDeliveries, ...]
    refusals: Refusals | None


def source_looks(context: Context, look: OverviewLook) -> list[SourceLook]:
    """Return all sources of the settings. Raises `StoreUnavailable`."""
    with context.database.read() as connection:
        kept, refusals = kept_deliveries(connection), refused_requests(connection)
    refused = {each.source: each for each in refusals}
    activities = {activity.source: activity for activity in look.activities}
    sums = look.traffic.sums(look.now - DAY) if look.traffic else {}
    quarantined = look.needs_person.quarantined if look.needs_person else ()
    return [
        SourceLook(
            row=row,
            last_at=look.last_deliveries.get(row.name),
            activity=activities.get(row.name),
            is_silent=row.name in activities and activities[row.name].is_silent(look.now),
            sums=sums.get(row.name, {}),
            counted=look.counted.get(row.name, {}),
            quarantined=tuple(group for group in quarantined if group.source == row.name),
            kept=tuple(each for each in kept if each.source == row.name),
            refusals=refused.get(row.name),
        )
        for row in rows_of(context.settings.sources)
    ]
