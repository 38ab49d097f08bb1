"""A search: the turn of an order of which only a number is known, its own or that of a parcel.

The journal is asked first, then the platform, which must show exactly one order with this very number. That order
gets all the news. Until then the news waits, for an hour after the newest of it; then a person is asked.
"""

from collections.abc import Sequence
from dataclasses import replace

from worker.domain.errors import OrderAmbiguous, OrderMissing
from worker.domain.events import EventEnd
from worker.domain.orders import Found, OrderKey, Reference, Stopped, TurnEnd
from worker.ports import CALLS_TO_FIND, Turn
from worker.turn import Interrupted, Ports, UnderWay


class Search(UnderWay):
    """A turn of an order that is still to be looked for by its *reference*."""

    def __init__(self, ports: Ports, turn: Turn, began: int, reference: Reference) -> None:
        super().__init__(ports, turn, began)
        self._reference = reference

    def _go(self) -> Stopped | Found:
        if self.order.revision > self.order.seen_revision:  # what came in last has an hour of its own
            self.order = replace(self.order, missing_since=None)
        order = OrderKey(self.order.key.account, self._look())
        attached = self._ports.turns.attach(self._turn, order.order_id)
        if attached is None:
            raise Interrupted
        if not attached:
            return Stopped("too_many_events", f"it is the order {order}, which takes no more news")
        return Found(order)

    def _look(self) -> str:
        """Return the id of the only order that can be meant; raises `OrderMissing` or `OrderAmbiguous`."""
        found = self._ports.turns.known_as(self.order.key) or self._ask()
        if not found:
            raise OrderMissing(f"no order has the {self._reference.words}")
        if len(found) > 1:
            raise OrderAmbiguous(
                f"several orders have the {self._reference.words}, among them {' and '.join(found[:2])}"
            )
        return found[0]

    def _ask(self) -> Sequence[str]:
        self._purse.reserve(CALLS_TO_FIND)
        self._insist_on_time_for_a_call()
        self._purse.spend(CALLS_TO_FIND)  # nobody tells how many of them it took
        began = self._now()
        found = self._api.find(self._reference)
        self.order = replace(self.order, read_at=began)
        return found

    def _free(self, end: TurnEnd) -> bool | None:
        pending = [e.id for e in self._turn.events if e.end is EventEnd.PENDING]
        ends = dict.fromkeys(pending, EventEnd.VOID) if isinstance(end, Stopped) else {}
        return self._ports.turns.release(self._turn, self.order, end, ends)
