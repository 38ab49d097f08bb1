"""The Celery tasks: where the queue meets the house. No decision is made here.

Not one of them retries, or is put off: a turn that is over has written into the order's row when it
is due again, and the tick comes back to it.
"""

import structlog
from celery import shared_task

from worker import nudges
from worker.domain.errors import JournalUnavailable
from worker.domain.orders import OrderKey
from worker.wiring import worker_services

log = structlog.get_logger()


@shared_task(name=nudges.ADVANCE)
def advance(account: str, order_id: str) -> None:
    """Look at one order now, and carry it as far along its road as its evidence allows."""
    services, key = worker_services(), OrderKey(account, order_id)
    try:
        with services.slots.occupied(account) as granted:
            if not granted:
                services.due.put_back(key)
                return
            end = services.advance(key)
    except JournalUnavailable as error:
        log.warning("turn_given_up", account=account, order=order_id, reason=error.reason, detail=str(error))
        return
    if end is not None:
        log.info(
            "turn_ended", account=account, order=order_id, end=type(end).__name__, reason=getattr(end, "reason", "")
        )


@shared_task(name=nudges.PROBE)
def probe(account: str) -> None:
    """Find out whether an account's credentials are good, and lift or keep its hold."""
    log.info("probed", account=account, good=worker_services().probe(account))


@shared_task(name=nudges.PRUNE)
def prune() -> None:
    """Remove what is closed or settled and older than `keep`."""
    log.info("pruned", **worker_services().prune())
