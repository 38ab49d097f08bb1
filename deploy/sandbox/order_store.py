"""The orders of the simulated platform, and the transitions of their status. Thread-safe."""

from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from threading import Lock

from deploy.sandbox.instants import Clock, UnixMicroseconds, now_us
from deploy.sandbox.orders import Order, Step

TRANSITIONS_KEPT = 200_000
VERSIONS_KEPT = 20


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of an order's status. *call* is the number of the API call; None for a manual change."""

    order_id: int | str
    from_status: str
    to_status: str
    call: int | None
    at: UnixMicroseconds

    def as_json(self) -> dict[str, object]:
        """Return the entry for the report."""
        by = "manual" if self.call is None else "api"
        statuses = {"from": self.from_status, "to": self.to_status}
        return {"order_id": self.order_id, **statuses, "by": by, "call": self.call, "at": self.at}


class OrderStore:
    """The orders, by id as text. An order is immutable; a change replaces it atomically."""

    def __init__(self, order_type: type[Order], clock: Clock) -> None:
        """Start empty. Every order is an *order_type*; *clock* gives the instants of changes."""
        self._order_type, self._clock = order_type, clock
        self._lock = Lock()
        self._orders: dict[str, Order] = {}
        self._versions: defaultdict[str, deque[Order]] = defaultdict(lambda: deque(maxlen=VERSIONS_KEPT))
        self._numbers = count(1)
        self._transitions: list[Transition] = []
        self._totals = {"transitions": 0, "manual_moves": 0, **dict.fromkeys(order_type.DATA_LOSSES, 0)}

    def add(self, fields: Mapping[str, object]) -> Order | None:
        """Create an order from checked *fields*, and return it; return None if the id is taken.

        The default id is the next free number.
        """
        with self._lock:
            order_id = fields.get("id") or next(n for n in self._numbers if str(n) not in self._orders)
            now = now_us(self._clock)
            defaults = {"order_number": f"ORD-{order_id}", "created_at": now, "updated_at": now}
            order = self._order_type.create({**defaults, **fields, "id": order_id})
            if self._orders.setdefault(str(order.id), order) is not order:
                return None
            self._versions[str(order.id)].append(order)
            return order

    def get(self, order_id: str) -> Order | None:
        """Return an order; None if it does not exist."""
        with self._lock:
            return self._orders.get(order_id)

    def all(self) -> tuple[Order, ...]:
        """Return every order, sorted by its key."""
        with self._lock:
            return tuple(sorted(self._orders.values(), key=lambda order: order.sort_key))

    def earlier(self, order: Order, at: UnixMicroseconds) -> Order:
        """Return *order* as it was at the instant *at*; as it was at first, if it is younger."""
        with self._lock:
            versions = list(self._versions[str(order.id)]) or [order]
        return next((version for version in reversed(versions) if version.updated_at <= at), versions[0])

    def update(self, order_id: str, fields: Mapping[str, object], call: int) -> tuple[Order, Step] | None:
        """Apply checked *fields*, sent by the API call number *call*, unless the step is illegal.

        Return the order afterwards and the step; None if there is no such order.
        """
        with self._lock:
            order = self._orders.get(order_id)
            if order is None:
                return None
            step = order.step(fields)
            if step is Step.ILLEGAL:
                return order, step
            for loss in order.data_losses(fields):
                self._totals[loss] += 1
            return self._replace(order, order.updated(fields, now_us(self._clock)), call), step

    def change_manually(self, order_id: str, fields: Mapping[str, object]) -> Order | None:
        """Apply a change by a person on the platform's own pages; return None if there is no such order."""
        with self._lock:
            order = self._orders.get(order_id)
            if order is None:
                return None
            return self._replace(order, order.changed_manually(fields, now_us(self._clock)), None)

    def delete(self, order_id: str) -> bool:
        """Delete an order. Return False if there is no such order."""
        with self._lock:
            self._versions.pop(order_id, None)
            return self._orders.pop(order_id, None) is not None

    def report(self) -> dict[str, object]:
        """Return all orders, and the transitions that are kept, oldest first."""
        orders = [order.all_fields() for order in self.all()]
        with self._lock:
            return {"orders": orders, "transitions": [transition.as_json() for transition in self._transitions]}

    def totals(self) -> dict[str, int]:
        """Return the counts of transitions by the API, of manual changes of a status, and of each loss of data."""
        with self._lock:
            return dict(self._totals)

    def _replace(self, before: Order, after: Order, call: int | None) -> Order:
        self._orders[str(before.id)] = after
        self._versions[str(before.id)].append(after)
        if after.status != before.status:
            self._totals["manual_moves" if call is None else "transitions"] += 1
            if len(self._transitions) < TRANSITIONS_KEPT:
                self._transitions.append(Transition(before.id, before.status, after.status, call, after.updated_at))
        return after
