"""One reconciliation: whether it begins, and what becomes of an order without calls."""

import structlog

from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey
from worker.reconcile.reconciler import Reconciler
from worker.service.slots import Slots
from worker.store.leases.due import DueOrders

log = structlog.get_logger()


def begin(reconciler: Reconciler, slots: Slots, key: OrderKey) -> None:
    """Begin to reconcile the order of a wake-up, if its account is served here, and has calls and a free slot."""
    if key.account in reconciler.apis and not reconciler.budget.is_used_up(key.account):
        slots.begin(key)


def reconcile_due(reconciler: Reconciler, due: DueOrders, key: OrderKey) -> None:
    """Reconcile one order, if it is due. The reconciler's observer is told of it."""
    # Without calls, the order could only be put back as well, at the price of several transactions.
    if reconciler.budget.is_used_up(key.account):
        due.put_back(key)
        return
    try:
        reconciler.reconcile(key)
    except StoreUnavailable as error:
        names = {"account": key.account, "order": key.order_id}
        log.warning("reconciliation_failed", **names, reason=error.reason, detail=str(error))
