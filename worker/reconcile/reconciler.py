"""The reconciler: it leases an order and reconciles it."""

from dataclasses import dataclass

from worker.domain.orders import OrderKey
from worker.domain.reasons import WaitReason
from worker.domain.results import Later, LeaseLost, OrderFound, Result
from worker.ports import Finished, LeasedOrder
from worker.reconcile.order import OrderReconciliation
from worker.reconcile.reconciliation import Ports, Reconciliation, lease_length
from worker.reconcile.search import ReferenceSearch

MAX_IN_A_ROW = 8
"""How often in a row an order is reconciled because events come in meanwhile; then other orders get their chance."""


@dataclass(frozen=True, slots=True)
class Reconciler(Ports):
    """Brings an order to the stage that its evidence justifies, and no further.

    One reconciliation has five steps:

    1. Lease the order, if it is due. At most one unexpired lease exists, so no other worker reconciles it meanwhile.
    2. Read it at the platform. Only what this reconciliation read, at most 10 s ago, justifies a write.
    3. Decide from the evidence and the reading, by the pure rules of `domain.lifecycle`: a step, or a result.
    4. For a step: announce the write in the database, which renews the lease; send it; check that the platform's own
       answer confirms the stage. Then decide again.
    5. Finish in one transaction: clear the lease, and write the order, the results of its events, and when it is due
       again.

    At any time, the order's row says what happens next; nothing waits in memory. A reconciliation that has lost its
    lease sends and writes nothing more. A write without a usable answer is uncertain: the next call is a read, and then
    at most the same step is sent again.
    """

    def reconcile(self, key: OrderKey) -> Result | OrderFound | LeaseLost | None:
        """Reconcile the order if it is due, and again if events came in meanwhile.

        When *key* is a reference whose order is found, that order is reconciled next. Returns the last result; None
        when the order was not due. Raises `StoreUnavailable`: then the lease ends by itself, and the order is due
        again. Raises a defect of the program after it was counted as a failure of the order, which is tried again for
        `retry_for`.
        """
        if key.account not in self.apis:
            return None
        result: Result | OrderFound | None = None
        for _ in range(MAX_IN_A_ROW):
            began_us = self.monotonic_us()
            leased = self.store.lease(key, lease_length(self.apis[key.account]))
            if leased is None:
                break
            # After an interruption by new events, the order is read at once, even if they are hints about our write.
            interrupted = isinstance(result, Later) and result.reason is WaitReason.INTERRUPTED
            result, finished = self._begin(leased, began_us, coalesce_hints=not interrupted).run()
            is_lost = finished is Finished.LEASE_LOST
            self.observer.ended(leased, LeaseLost() if is_lost else result)
            if finished is not Finished.HAS_NEW_EVENTS:
                return LeaseLost() if is_lost else result
            key = result.order if isinstance(result, OrderFound) else key
        return result

    def _begin(self, leased: LeasedOrder, began_us: int, *, coalesce_hints: bool) -> Reconciliation:
        reference = leased.order.key.reference
        if reference:
            return ReferenceSearch(self, leased, began_us, reference)
        return OrderReconciliation(self, leased, began_us, coalesce_hints=coalesce_hints)
