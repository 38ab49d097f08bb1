"""Looks at the platform and at the journal, both as they are now."""

from collections.abc import Mapping
from dataclasses import dataclass

from worker.cli.demo.platform import Platform, Report
from worker.domain.snapshot import OrderRow, State
from worker.journal.database import Database
from worker.journal.queries.orders import OrderQueries

RESTING = frozenset({State.SETTLED, State.CLOSED, State.STOPPED})
MOST_ORDERS = 1000


@dataclass(frozen=True, slots=True)
class View:
    """What the platform reports, and the journal's orders by number; *now* is the journal's clock."""

    report: Report
    rows: Mapping[int, OrderRow]
    now: int

    def state(self, order: int) -> State | None:
        """Whom or what the order waits for; None while the journal does not know it."""
        return self.rows[order].state(self.now) if order in self.rows else None

    def rests_at(self, order: int, status: str) -> bool:
        """Tell whether our journal has seen the order in *status*, and has nothing to do about it."""
        return self.state(order) in RESTING and self.rows[order].order.status == status

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is left to do for any order of the platform."""
        return all(self.state(order) in RESTING for order in self.report.orders)


class Watch:
    """Looks as often as it is asked to."""

    def __init__(self, platform: Platform, database: Database) -> None:
        self._platform, self._orders = platform, OrderQueries(database)

    def look(self) -> View:
        """Look once: at the journal first, so that it is never ahead of what the platform shows."""
        now, rows = self._orders.latest(MOST_ORDERS)
        return View(self._platform.report(), {int(row.order.key.order_id): row for row in rows}, now)
