"""Looks at the platforms and at the journal, all as they are now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from worker.cli.demo.platform import Platform, Report
from worker.domain.orders import OrderKey
from worker.domain.snapshot import OrderRow, State
from worker.store.database.database import Database
from worker.store.queries.orders import OrderQueries

RESTING = frozenset({State.SETTLED, State.CLOSED, State.STOPPED})
MOST_ORDERS = 1000


@dataclass(frozen=True, slots=True)
class View:
    """What the platforms report, by account, and the journal's orders; *now* is the journal's clock."""

    reports: Mapping[str, Report]
    rows: Mapping[OrderKey, OrderRow]
    now: int

    def shown(self, order: OrderKey) -> Mapping[str, Any]:
        """Return the fields of the order at its platform; none while it is not there."""
        return self.reports[order.account].orders.get(order, {})

    def state(self, order: OrderKey) -> State | None:
        """Whom or what the order waits for; None while the journal does not know it."""
        return self.rows[order].state(self.now) if order in self.rows else None

    def rests_at(self, order: OrderKey, position: str) -> bool:
        """Tell whether our journal knows the order at *position*, in our words, and has nothing to do about it."""
        return self.state(order) in RESTING and position_of(self.rows[order]) == position

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is left to do for any order that a platform or the journal knows."""
        orders = {order for report in self.reports.values() for order in report.orders}
        return all(self.state(order) in RESTING for order in {*orders, *self.rows})


class Watch:
    """Looks as often as it is asked to."""

    def __init__(self, platforms: Mapping[str, Platform], database: Database) -> None:
        self._platforms, self._orders = platforms, OrderQueries(database)

    def look(self) -> View:
        """Look once: at the journal first, so that it is never ahead of what the platforms show."""
        now, rows = self._orders.latest(MOST_ORDERS)
        reports = {account: platform.report() for account, platform in self._platforms.items()}
        return View(reports, {row.order.key: row for row in rows}, now)


def position_of(row: OrderRow) -> str:
    """Say where our journal knows an order to stand; empty while it has not been read."""
    return row.order.closed or row.order.stage or ""
