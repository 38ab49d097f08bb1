"""A worker without its processes: the real use case over the real journal, a strict platform, and a clock to set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, select

from tests.support.clock import Clock
from tests.support.fake_order_api import FakeOrderApi
from tests.support.stories import KEY, news
from worker.domain.events import Event
from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.domain.policy import Policy
from worker.domain.results import LeaseLost, OrderFound, Result
from worker.ports import Delivery
from worker.reconcile.budget import Budget
from worker.reconcile.probe import Probe
from worker.reconcile.reconciler import Reconciler
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.leases.due import DueOrders
from worker.store.leases.order_store import SqlOrderStore
from worker.store.rows import this
from worker.store.tables import audit_log, events, holds, orders, steps

NUDGE_AGAIN = 15 * SECOND


@dataclass
class Harness:
    """Everything that one account's orders meet.

    *policy* is how the account wants them moved, *limits* says how many calls a minute each may make.
    """

    database: Database
    clock: Clock
    policy: Policy = field(default_factory=Policy)
    limits: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.api = FakeOrderApi(self.clock)
        self.order_store, self.holds = SqlOrderStore(self.database), SqlHolds(self.database)
        self.intake, self.due = SqlIntake(self.database), DueOrders(self.database)
        self.budget = Budget(self.holds, SqlCallLimits(self.database), self.limits)
        self.probe = Probe(self.holds, {KEY.account: self.api}, self.budget.allows)

    def advance(self, **ports: Any) -> Reconciler:
        """The use case; *ports* replaces some of its parts."""
        parts: dict[str, Any] = {
            "turns": self.order_store,
            "apis": {KEY.account: self.api},
            "policies": {KEY.account: self.policy},
            "probe": self.probe,
            "budget": self.budget,
            "chance": lambda: 0.5,
            "elapsed": self.clock,
        }
        return Reconciler(**(parts | ports))

    def leased(self, key: OrderKey = KEY) -> Result | OrderFound | LeaseLost | None:
        """Give the order a turn, as a nudge would."""
        return self.advance()(key)

    def hear(self, event: Event | str, tracking: str = "", **more: Any) -> str:
        """Take an event in, as the receiver does; returns what became of its delivery."""
        told = event if isinstance(event, Event) else news(event, tracking, **({"at": self.clock()} | more))
        return self.intake.write(Delivery(told.source, self.clock(), b"{}", (told,))).outcome

    def live(self, **duration: float) -> list[Result | OrderFound | LeaseLost | None]:
        """Let time pass, with a tick whenever an order is due; returns how the turns ended."""
        result, event_results = self.clock() + timedelta(**duration) // timedelta(microseconds=1), []
        while True:
            self.holds.expire()
            event_results += [self.leased(key) for key in self.due.claim(10, NUDGE_AGAIN)]
            if self.clock() >= result:
                return event_results
            self.clock.now = min(result, max(self._next_due() or result, self.clock() + SECOND // 2))

    def row(self, key: OrderKey = KEY) -> RowMapping:
        """The order's row."""
        with self.database.read() as connection:
            return connection.execute(select(orders).where(this(key))).mappings().one()

    def change(self, key: OrderKey = KEY, **columns: object) -> None:
        """Set columns of the order's row, as nobody but a test would."""
        with self.database.write() as connection:
            connection.execute(orders.update().where(this(key)).values(columns))

    def event_results(self) -> dict[str, str]:
        """How each event ended, by its key."""
        with self.database.read() as connection:
            return {row.key: row.result for row in connection.execute(select(events.c.key, events.c.result))}

    def events(self) -> list[RowMapping]:
        """Every event's row."""
        with self.database.read() as connection:
            return list(connection.execute(select(events).order_by(events.c.id)).mappings())

    def steps(self) -> list[tuple[str, str]]:
        """Every step that was announced, as (place, outcome)."""
        with self.database.read() as connection:
            found = connection.execute(select(steps.c.stage, steps.c.outcome).order_by(steps.c.id))
            return [(row.stage, row.outcome) for row in found]

    def answers(self) -> list[str]:
        """What the platform said to each step."""
        with self.database.read() as connection:
            return list(connection.execute(select(steps.c.answer).order_by(steps.c.id)).scalars())

    def audit_log(self) -> list[str]:
        return [told["word"] for told in self.told()]

    def told(self) -> list[RowMapping]:
        """Every remark's row."""
        with self.database.read() as connection:
            return list(connection.execute(select(audit_log).order_by(audit_log.c.id)).mappings())

    def held(self) -> Mapping[str, int | None]:
        """The holds of the account, by reason, and when each ends."""
        with self.database.read() as connection:
            return {row.reason: row.until for row in connection.execute(select(holds.c.reason, holds.c.until))}

    def keys(self) -> list[OrderKey]:
        """Every order that the journal knows, also by a reference only."""
        with self.database.read() as connection:
            return [OrderKey(*row) for row in connection.execute(select(orders.c.account, orders.c.order_id))]

    def _next_due(self) -> int | None:
        instants = list(self.held().values())
        for row in map(self.row, self.keys()):
            again = row["enqueued_at"] and row["enqueued_at"] + NUDGE_AGAIN
            instants += [row["due"], row["lease_until"], again]
        return min((at for at in instants if at is not None and at > self.clock()), default=None)
