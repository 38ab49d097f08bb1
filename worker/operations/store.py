"""The port `OperatorStore`: the queries and changes of an operator in the database."""

from collections.abc import Collection, Mapping
from typing import Protocol

from worker.domain.events import EventResult
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.ports import Attached, Removed


class OperatorStore(Protocol):
    """Shows orders, and makes them due. Each call is one transaction. All methods raise `StoreUnavailable`."""

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        """Return all that the database has about an order; None when it does not have the order."""

    def accounts_with(self, order_id: str) -> list[str]:
        """Return the names of the accounts in which the database has an order with this id."""

    def known_as(self, key: OrderKey) -> list[str]:
        """Return the ids of the orders, a few at most, for which the database has the reference in *key*."""

    def references_named(self, key: OrderKey) -> list[str]:
        """Return the references, a few at most, in which restricted sources have given the plain reference in *key*."""

    def make_due(self, key: OrderKey, reason: str) -> bool:
        """Make the order due now, for whatever reason it waits. The audit log keeps *reason*.

        False when it is unknown, stopped, or closed by an operator.
        """

    def release(self, snapshot: Snapshot, reason: str) -> bool:
        """Lift the stop in *snapshot*, or open the order that *snapshot* shows closed by an operator.

        The events in *snapshot* are acknowledged, and the order is due. Events without effect that name a stage are
        pending again; so are all events of a reference. After a stop as `moved_back`, the next read sets the stage. The
        audit log keeps *reason*. False when the order has changed: nothing is changed.
        """

    def retry_stopped(self, snapshot: Snapshot, reason: str) -> bool:
        """Lift the stop in *snapshot* as `release` does, but acknowledge nothing: the same events can stop it again."""

    def close(self, snapshot: Snapshot, reason: str, results: Mapping[int, EventResult]) -> bool:
        """Close the order or the reference, whatever it waits for. Only newer events that need a person open it.

        What *snapshot* shows is acknowledged, and its pending events get *results*, by event id. A reference is
        searched again when there is a newer event, or a replay. The audit log keeps *reason*. False when the order has
        another stop now, or a newer event, or is leased: nothing is changed.
        """

    def assign(self, snapshot: Snapshot, source: str, reason: str) -> bool:
        """Make *source* the carrier of the order, nobody if it is empty, and make the order due.

        From then on, restricted events of other sources do not count. Those of *source* that had no effect are pending
        again. The audit log keeps *reason*. False when the order has another carrier now than *snapshot* shows: nothing
        is changed.
        """

    def rename_some(self, account: str, names: tuple[str, str], reason: str, beyond: int) -> tuple[int, int]:
        """Give some orders and references of a source to its new name: *names* are the old and the new one.

        What the source has said counts as said by the new name. *beyond* is 0, then the second number that the last
        call has returned. Returns how many were renamed, and that number; it is 0 when none is left. The audit log
        keeps *reason*.
        """

    def attach(self, snapshot: Snapshot, order_id: str, reason: str) -> Attached:
        """Give all events of the reference *snapshot* to *order_id*, make it due, and delete the reference.

        If the database does not have the order, it is created. The audit log of the order keeps *reason*. `OVERTAKEN`
        when the reference does not have the stop in *snapshot* any more, or has a stop that *snapshot* has not.
        `REFUSED` when its source may not report the order.
        """

    def remove_parcel(self, snapshot: Snapshot, tracking: str, event_ids: Collection[int], reason: str) -> Removed:
        """Delete the operators' events *event_ids* about the parcel *tracking* of the order, and make the order due.

        The audit log keeps *reason*, and so does the detail of the deliveries that brought the events. An order without
        another event that its platform has never shown is deleted. `OVERTAKEN` when the order has a newer event than
        *snapshot*, or is leased.
        """
