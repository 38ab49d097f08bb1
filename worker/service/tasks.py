"""The Celery tasks: the entrances from the queue. They decide nothing.

No task retries and none is delayed: a reconciliation writes into the order's row when the order is due again, and the
scheduler claims it then.
"""

import structlog
from celery import shared_task

from worker.domain.instants import SECOND
from worker.domain.orders import OrderKey
from worker.queue import messages
from worker.queue.dropped import dropped
from worker.service.reconciling import begin
from worker.service.wiring import worker_services

log = structlog.get_logger()

PROBED_EVERY = 5 * SECOND
"""All workers together probe an account at most once in this time because a message asks for it: it costs a call."""
PRUNED_EVERY = 10 * SECOND
"""The same for pruning, which may take long."""


@shared_task(name=messages.RECONCILE)
def reconcile(account: str, order_id: str) -> None:
    """Reconcile one order, if it is due and a slot is free for its account; else the scheduler does so later."""
    services = worker_services()
    begin(services.reconciler, services.slots, OrderKey(account, order_id))


@shared_task(name=messages.PROBE)
def probe(account: str) -> None:
    """Find out whether a platform answers, and accepts an account's credentials; lift or keep the account's holds."""
    services = worker_services()
    if account not in services.reconciler.apis:
        dropped.add(messages.Flaw.ARGUMENTS)
    elif not services.locks.acquire(f"probe task:{account}", PROBED_EVERY):
        dropped.add(messages.Flaw.REPEATED)
    else:
        answer = services.probe.run(account)
        log.info("probed", account=account, result=answer.result.value, detail=answer.detail)


@shared_task(name=messages.PRUNE)
def prune() -> None:
    """Delete what is closed or settled and older than `keep`."""
    services = worker_services()
    if services.locks.acquire("prune task", PRUNED_EVERY):
        log.info("pruned", **services.prune())
    else:
        dropped.add(messages.Flaw.REPEATED)
