"""One reconciliation: whether it begins, what is logged of it, and what becomes of an order without calls."""

import structlog

from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey
from worker.domain.results import Done, Held, Later, LeaseLost, OrderFound, Result, Stopped
from worker.reconcile.reconciler import Reconciler
from worker.service.slots import Slots
from worker.store.leases.due import DueOrders

log = structlog.get_logger()


def begin(reconciler: Reconciler, slots: Slots, key: OrderKey) -> None:
    """Begin to reconcile the order of a wake-up, if its account is served here, and has calls and a free slot."""
    if key.account in reconciler.apis and not reconciler.budget.is_used_up(key.account):
        slots.begin(key)


def reconcile_due(reconciler: Reconciler, due: DueOrders, key: OrderKey) -> None:
    """Reconcile one order, if it is due, and log the result."""
    # Without calls, the order could only be put back as well, at the price of several transactions.
    if reconciler.budget.is_used_up(key.account):
        due.put_back(key)
        return
    try:
        result = reconciler.reconcile(key)
    except StoreUnavailable as error:
        names = {"account": key.account, "order": key.order_id}
        log.warning("reconciliation_failed", **names, reason=error.reason, detail=str(error))
        return
    if result is not None:
        log.info("reconciled", account=key.account, order=key.order_id, **_log_values(result))


def _log_values(result: Result | OrderFound | LeaseLost) -> dict[str, str]:
    """Return the values that the log shows of a result, in the words of the contract."""
    match result:
        case Done():
            return {"result": "done"}
        case Later(reason=reason):
            return {"result": "later", "reason": reason.value}
        case Stopped(reason=reason):
            return {"result": "stopped", "reason": reason.value}
        case Held(reason=reason):
            return {"result": "held", "reason": reason.value}
        case OrderFound(order=order):
            return {"result": "order_found", "found": str(order)}
        case LeaseLost():
            return {"result": "lease_lost"}
