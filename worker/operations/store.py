"""The journal, as an operator uses it."""

from typing import Protocol

from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot


class OperatorStore(Protocol):
    """Looks at orders, and changes their schedule. Each call is one transaction."""

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        """Return everything known of an order; None when the journal has never seen it."""

    def accounts_with(self, order_id: str) -> list[str]:
        """Name the accounts in which the journal knows an order of this id."""

    def known_as(self, key: OrderKey) -> list[str]:
        """Return the ids of the orders, two at most, that the journal knows by the reference which *key* holds."""

    def hasten(self, key: OrderKey) -> bool:
        """Make the order due now, whatever it waits for; False when it is unknown or stopped."""

    def release(self, seen: Snapshot, reason: str) -> bool:
        """Lift the very stop that *seen* shows, acknowledge the news known there, and make the order due.

        News that ended with the stop, and speaks for a place, is pending again; of a reference, all of it. The
        platform's next word is taken for the place of an order that was `moved_back`. A remark keeps *reason*. False
        when the order carries another stop by now, or none.
        """

    def attach(self, seen: Snapshot, order_id: str, reason: str) -> bool | None:
        """Let all news of the stopped reference *seen* be that of *order_id*, which is due; the reference is gone.

        An order that is not known yet begins with it. A remark of the order's keeps *reason*. False when the order
        cannot take so many events more, None when the reference carries another stop by now, or none: then nothing was
        changed.
        """

    def dismiss(self, seen: Snapshot, reason: str) -> bool:
        """Let the stopped reference *seen* rest: nobody looks for it until there is newer news, or a replay.

        Its news stays void. A remark keeps *reason*. False when the reference carries another stop by now, or none.
        """
