"""The port `OperatorStore`: the database, as an operator uses it."""

from typing import Protocol

from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.ports import Attached


class OperatorStore(Protocol):
    """Shows orders, and changes their schedule. Each call is one transaction. Raises `StoreUnavailable`."""

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        """Return everything that is known of an order; None when the database does not know it."""

    def accounts_with(self, order_id: str) -> list[str]:
        """Return the names of the accounts in which the database knows an order with this id."""

    def known_as(self, key: OrderKey) -> list[str]:
        """Return the ids of the orders, at most two, that the database knows by the reference in *key*."""

    def make_due(self, key: OrderKey) -> bool:
        """Make the order due now, whatever it waits for. False when it is unknown or stopped."""

    def release(self, seen: Snapshot, reason: str) -> bool:
        """Lift the very stop that *seen* shows, acknowledge the events in *seen*, and make the order due.

        Events that ended with the stop and name a stage are pending again; so are all events of a reference. The next
        read sets the stage of an order that was stopped as `moved_back`. The audit log keeps *reason*. False when the
        order has another stop by now, or none.
        """

    def attach(self, seen: Snapshot, order_id: str, reason: str) -> Attached:
        """Give all events of the stopped reference *seen* to *order_id*, make it due, and delete the reference.

        An order that the database does not know is created. The audit log of the order keeps *reason*. `OVERTAKEN`
        when the reference has another stop by now, or none.
        """

    def dismiss(self, seen: Snapshot, reason: str) -> bool:
        """End the search for the stopped reference *seen*, until a newer event or a replay restarts it.

        Its events stay void. The audit log keeps *reason*. False when the reference has another stop by now, or none.
        """
