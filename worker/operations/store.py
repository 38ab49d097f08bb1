"""The port `OperatorStore`: the queries and changes of an operator in the database."""

from collections.abc import Collection
from typing import Protocol

from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.ports import Attached, Removed


class OperatorStore(Protocol):
    """Shows orders, and makes them due. Each call is one transaction. All methods raise `StoreUnavailable`."""

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        """Return all that the database has about an order; None when it does not have the order."""

    def accounts_with(self, order_id: str) -> list[str]:
        """Return the names of the accounts in which the database has an order with this id."""

    def known_as(self, key: OrderKey) -> list[str]:
        """Return the ids of the orders, at most two, for which the database has the reference in *key*."""

    def make_due(self, key: OrderKey) -> bool:
        """Make the order due now, for whatever reason it waits. False when it is unknown or stopped."""

    def release(self, snapshot: Snapshot, reason: str) -> bool:
        """Lift the stop in *snapshot*, acknowledge the events in *snapshot*, and make the order due.

        Events with the result `stopped` that name a stage are pending again; so are all events of a reference. After a
        stop as `moved_back`, the next read sets the stage. The audit log keeps *reason*. False when the order now has
        another stop, or none: nothing is changed.
        """

    def attach(self, snapshot: Snapshot, order_id: str, reason: str) -> Attached:
        """Give all events of the reference *snapshot* to *order_id*, make it due, and delete the reference.

        If the database does not have the order, it is created. The audit log of the order keeps *reason*. `OVERTAKEN`
        when the reference does not have the stop in *snapshot* any more, or has a stop that *snapshot* has not.
        """

    def dismiss(self, snapshot: Snapshot, reason: str) -> bool:
        """End the search for the stopped reference *snapshot*, until a newer event or a replay restarts it.

        Its events stay void. The audit log keeps *reason*. False when the reference now has another stop, or none.
        """

    def remove_parcel(self, snapshot: Snapshot, tracking: str, event_ids: Collection[int], reason: str) -> Removed:
        """Delete the operators' events *event_ids* about the parcel *tracking* of the order, and make the order due.

        The audit log keeps *reason*, and so does the detail of the deliveries that brought the events. An order without
        another event that its platform has never shown is deleted. `OVERTAKEN` when the order has a newer event than
        *snapshot*, or is leased.
        """
