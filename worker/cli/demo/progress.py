"""The state of the orders during the day, at the platforms and in the database, and its changes as lines."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.cli.demo.clients import Report, SandboxClient
from worker.cli.demo.shops import SHOPS
from worker.cli.demo.timing import clock_text
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.snapshot import OrderRow, State
from worker.domain.stages import Stage
from worker.store.database.database import Database
from worker.store.queries.orders import OrderQueries

STATES_AT_REST = frozenset({State.SETTLED, State.CLOSED, State.STOPPED})
MAX_ORDERS = 1000


@dataclass(frozen=True, slots=True)
class View:
    """The state of all orders: the platforms' reports by account, and the rows of the database at *now*."""

    reports: Mapping[str, Report]
    rows: Mapping[OrderKey, OrderRow]
    now: Instant

    def platform_order(self, order: OrderKey) -> Mapping[str, Any]:
        """Return the fields of the order at its platform; empty before the customer places it."""
        return self.reports[order.account].orders.get(order, {})

    def state(self, order: OrderKey) -> State | None:
        """Return the state of the order; None while the database does not have it."""
        return self.rows[order].state(self.now) if order in self.rows else None

    def is_at_rest_at(self, order: OrderKey, position: str) -> bool:
        """Tell whether the database has the order at *position*, with nothing left to do."""
        return self.state(order) in STATES_AT_REST and position_of(self.rows[order]) == position

    @property
    def is_at_rest(self) -> bool:
        """Whether there is nothing left to do for any order, at the platforms or in the database."""
        orders = {order for report in self.reports.values() for order in report.orders}
        return all(self.state(order) in STATES_AT_REST for order in {*orders, *self.rows})


def read_view(sandboxes: Mapping[str, SandboxClient], database: Database) -> View:
    """Read the database first, and then the platforms, so that a platform is never behind the database."""
    page = OrderQueries(database).page(OrderFilter(), MAX_ORDERS)
    reports = {account: sandbox.report() for account, sandbox in sandboxes.items()}
    return View(reports, {row.order.key: row for row in page.rows}, page.now)


def position_of(row: OrderRow) -> str:
    """Return the position of the order according to the database; empty before the first read."""
    return row.order.closed or row.order.stage or ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line about an order: the time of the demo day in minutes after midnight, who acts, and what happens."""

    minutes: int
    who: str
    order: OrderKey
    text: str
    style: str = ""

    def __str__(self) -> str:
        return f"{clock_text(self.minutes)}  {self.who:<10} {self.order!s:<16} {self.text}"


class Progress:
    """Makes lines from the worker's acts: each step that a platform has applied, and each stop in the database."""

    def __init__(self) -> None:
        self._transitions: Counter[str] = Counter()
        self._stopped: set[OrderKey] = set()

    def new_lines(self, view: View, minutes: int) -> Iterator[Line]:
        """Yield a line for each act that *view* shows and the views before it did not. *minutes* is the time."""
        for account, report in view.reports.items():
            yield from self._steps(account, report, minutes)
        for order, row in view.rows.items():
            if row.stop and order not in self._stopped:
                self._stopped.add(order)
                yield Line(minutes, "worker", order, f"stopped for a person: {row.stop}", "bold red")

    def _steps(self, account: str, report: Report, minutes: int) -> Iterator[Line]:
        for step in report.transitions[self._transitions[account] :]:
            if step["by"] == "api":
                order = OrderKey(account, str(step["order_id"]))
                position = SHOPS[account].platform.position({**report.orders[order], "status": step["to"]})
                addition = f", {position}" if position == Stage.COMPLETED != step["to"] else ""
                yield Line(minutes, "worker", order, f"{step['from']} → {step['to']}{addition}", "green")
        self._transitions[account] = len(report.transitions)
