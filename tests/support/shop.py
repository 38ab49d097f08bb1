"""A shop whose journal a test fills: news comes in, turns end, accounts are held."""

from typing import Any

from sqlalchemy import update

from tests.support.clock import Clock
from tests.support.news import a_delivery, an_event
from worker.domain.events import EventEnd, EventName
from worker.domain.instants import HOUR
from worker.domain.orders import Done, Later, Order, OrderKey, Place, Stopped, TurnEnd
from worker.domain.snapshot import State
from worker.journal.database import Database
from worker.journal.holds import SqlHolds
from worker.journal.intake import SqlIntake
from worker.journal.rows import this
from worker.journal.tables import orders
from worker.journal.turns import SqlTurns
from worker.ports import Turn


def key(number: int, account: str = "main") -> OrderKey:
    return OrderKey(account, str(number))


class Shop:
    """A journal in which things happen."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.intake, self.turns, self.holds = SqlIntake(database), SqlTurns(database), SqlHolds(database)

    def news(self, order: OrderKey, name: EventName = EventName.PICKED_UP, **fields: Any) -> None:
        event = an_event(f"{order}-{name}-{fields}", order=order, name=name, received_at=self.clock(), **fields)
        assert self.intake.write(a_delivery(event, received_at=self.clock())).outcome == "accepted"

    def turn(self, order: OrderKey) -> Turn:
        turn = self.turns.take(order, 30_000_000)
        assert turn is not None
        return turn

    def end(self, order: OrderKey, end: TurnEnd, event_end: EventEnd = EventEnd.PENDING, **remembered: Any) -> None:
        turn = self.turn(order)
        known = Order(order, **{"revision": turn.order.revision, **remembered})
        ended = {} if event_end is EventEnd.PENDING else {event.id: event_end for event in turn.events}
        self.turns.release(turn, known, end, ended)

    def one_in_each_state(self) -> dict[State, OrderKey]:
        """One order in every state there is; the held one has an account of its own."""
        named = {state: key(n, "held" if state is State.HELD else "main") for n, state in enumerate(State, 1)}
        for order in named.values():
            self.news(order)
        self.end(named[State.STOPPED], Stopped("refused", "HTTP 422"))
        self.end(named[State.CLOSED], Done(), closed=Place.COMPLETED, place=Place.COMPLETED)
        self.end(named[State.SETTLED], Done(), place=Place.SHIPPED)
        self.end(named[State.WAITING], Later(self.clock() + HOUR, "settle"), place=Place.SHIPPED)
        self.turn(named[State.LEASED])
        self.holds.hold("held", "credentials", None, "HTTP 401")
        return named

    def change(self, order: OrderKey, **columns: object) -> None:
        with self.database.write() as connection:
            connection.execute(update(orders).where(this(order)).values(columns))
