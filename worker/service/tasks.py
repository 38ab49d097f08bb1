"""The Celery tasks: the entrances from the queue. They decide nothing.

No task retries and none is delayed: a reconciliation writes into the order's row when the order is due again, and the
scheduler enqueues it then.
"""

import structlog
from celery import shared_task

from worker.domain.errors import StoreUnavailable
from worker.domain.orders import OrderKey
from worker.domain.results import Done, Held, Later, LeaseLost, OrderFound, Result, Stopped
from worker.queue import wake_ups
from worker.service.wiring import worker_services

log = structlog.get_logger()


@shared_task(name=wake_ups.RECONCILE)
def reconcile(account: str, order_id: str) -> None:
    """Reconcile one order, if it is due."""
    services, key = worker_services(), OrderKey(account, order_id)
    try:
        with services.fair_share.occupied(account) as granted:
            if not granted:
                services.due.put_back(key)
                return
            result = services.reconciler.reconcile(key)
    except StoreUnavailable as error:
        log.warning("reconciliation_failed", account=account, order=order_id, reason=error.reason, detail=str(error))
        return
    if result is not None:
        log.info("reconciled", account=account, order=order_id, **_log_values(result))


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


@shared_task(name=wake_ups.PROBE)
def probe(account: str) -> None:
    """Find out whether an account's credentials are good, and lift or keep its hold."""
    log.info("probed", account=account, result=worker_services().probe.run(account).value)


@shared_task(name=wake_ups.PRUNE)
def prune() -> None:
    """Delete what is closed or settled and older than `keep`."""
    log.info("pruned", **worker_services().prune())
