"""A shop whose journal a test fills: news comes in, turns end, accounts are held."""

from typing import Any

from sqlalchemy import update

from tests.support.clock import Clock
from tests.support.news import a_delivery, an_event
from worker.domain.events import EventName, EventResult
from worker.domain.instants import HOUR
from worker.domain.orders import Order, OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Result, Stopped
from worker.domain.snapshot import State
from worker.domain.stages import Stage
from worker.ports import LeasedOrder
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.leases.order_store import SqlOrderStore
from worker.store.rows import this
from worker.store.tables import orders


def key(number: int, account: str = "main") -> OrderKey:
    return OrderKey(account, str(number))


class Shop:
    """A journal in which things happen."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.intake, self.order_store, self.holds = SqlIntake(database), SqlOrderStore(database), SqlHolds(database)

    def news(self, order: OrderKey, name: EventName = EventName.PICKED_UP, **fields: Any) -> None:
        event = an_event(f"{order}-{name}-{fields}", order=order, name=name, received_at=self.clock(), **fields)
        assert self.intake.write(a_delivery(event, received_at=self.clock())).outcome == "accepted"

    def leased(self, order: OrderKey) -> LeasedOrder:
        leased = self.order_store.lease(order, 30_000_000)
        assert leased is not None
        return leased

    def result(
        self, order: OrderKey, result: Result, event_end: EventResult = EventResult.PENDING, **remembered: Any
    ) -> None:
        leased = self.leased(order)
        known = Order(order, **{"revision": leased.order.revision, **remembered})
        ended = {} if event_end is EventResult.PENDING else {event.id: event_end for event in leased.events}
        self.order_store.finish(leased, known, result, ended)

    def one_in_each_state(self) -> dict[State, OrderKey]:
        """One order in every state there is; the held one has an account of its own."""
        named = {state: key(n, "held" if state is State.HELD else "main") for n, state in enumerate(State, 1)}
        for order in named.values():
            self.news(order)
        self.result(named[State.STOPPED], Stopped(StopReason.REFUSED, "HTTP 422"))
        self.result(named[State.CLOSED], Done(), closed=Stage.COMPLETED, stage=Stage.COMPLETED)
        self.result(named[State.SETTLED], Done(), stage=Stage.SHIPPED)
        self.result(named[State.WAITING], Later(self.clock() + HOUR, WaitReason.SETTLE), stage=Stage.SHIPPED)
        self.leased(named[State.LEASED])
        self.holds.hold("held", "credentials", None, "HTTP 401")
        return named

    def change(self, order: OrderKey, **columns: object) -> None:
        with self.database.write() as connection:
            connection.execute(update(orders).where(this(order)).values(columns))
