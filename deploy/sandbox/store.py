"""The orders of the simulated platform and every transition they made. Thread-safe."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from threading import Lock

from deploy.sandbox.orders import Order, Step

Clock = Callable[[], float]
"""Gives the time in seconds since the epoch."""
TRANSITIONS_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Transition:
    """An order went from *origin* to *place*; *call* is the number of the API call, None when moved by hand."""

    order_id: int | str
    origin: str
    place: str
    call: int | None
    at: int

    def shown(self) -> dict[str, object]:
        """Give the line of the report."""
        by = "hand" if self.call is None else "api"
        return {"order_id": self.order_id, "from": self.origin, "to": self.place, "by": by,
                "call": self.call, "at": self.at}  # fmt: skip


class Store:
    """Orders by id, which is text here. Every change is one atomic replacement of a frozen Order."""

    def __init__(self, kind: type[Order], clock: Clock) -> None:
        """Start empty; every order is of *kind*, *clock* dates every change."""
        self._kind, self._clock = kind, clock
        self._lock = Lock()
        self._orders: dict[str, Order] = {}
        self._numbers = count(1)
        self._transitions: list[Transition] = []
        self._totals = {"transitions": 0, "hand_moves": 0, **dict.fromkeys(kind.HARMS, 0)}

    def add(self, fields: Mapping[str, object]) -> Order | None:
        """Create an order from checked *fields*, by default the next free id; None when the id is taken."""
        with self._lock:
            order_id = fields.get("id") or next(n for n in self._numbers if str(n) not in self._orders)
            now = self.now()
            given = {"order_number": f"ORD-{order_id}", "created_at": now, "updated_at": now, **fields, "id": order_id}
            order = self._kind.create(given)
            return order if self._orders.setdefault(str(order.id), order) is order else None

    def get(self, order_id: str) -> Order | None:
        """Read one order."""
        with self._lock:
            return self._orders.get(order_id)

    def all(self) -> tuple[Order, ...]:
        """Read every order, by rank."""
        with self._lock:
            return tuple(sorted(self._orders.values(), key=lambda order: order.rank))

    def apply(self, order_id: str, sent: Mapping[str, object], call: int) -> tuple[Order, Step] | None:
        """Carry out a PUT that sent the checked fields *sent*; None when there is no such order.

        An illegal step changes nothing at all.
        """
        with self._lock:
            order = self._orders.get(order_id)
            if order is None:
                return None
            step = order.asked(sent)
            if step is Step.ILLEGAL:
                return order, step
            for harm in order.harmed_by(sent):
                self._totals[harm] += 1
            return self._replace(order, order.updated(sent, self.now()), call), step

    def change_by_hand(self, order_id: str, fields: Mapping[str, object]) -> Order | None:
        """Do what a person does on the platform's own pages: any change, in any direction; None: no such order."""
        with self._lock:
            order = self._orders.get(order_id)
            return None if order is None else self._replace(order, order.changed(fields, self.now()), None)

    def remove(self, order_id: str) -> bool:
        """Forget an order; False when there was none."""
        with self._lock:
            return self._orders.pop(order_id, None) is not None

    def report(self) -> dict[str, object]:
        """Give all orders and all transitions, oldest first."""
        orders = [order.whole() for order in self.all()]
        with self._lock:
            return {"orders": orders, "transitions": [transition.shown() for transition in self._transitions]}

    def totals(self) -> dict[str, int]:
        """Count transitions by the API, moves by hand, and every harm that updates did."""
        with self._lock:
            return dict(self._totals)

    def now(self) -> int:
        """Give the time in microseconds since the epoch."""
        return int(self._clock() * 1_000_000)

    def _replace(self, order: Order, after: Order, call: int | None) -> Order:
        self._orders[str(order.id)] = after
        if after.status != order.status:
            self._totals["hand_moves" if call is None else "transitions"] += 1
            if len(self._transitions) < TRANSITIONS_KEPT:
                self._transitions.append(Transition(order.id, order.status, after.status, call, after.updated_at))
        return after
