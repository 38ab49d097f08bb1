"""Logs what reconciliations do: a line for each write to a platform, and one for the end of each reconciliation.

The ids join them: `deliveries` are the ids of the deliveries that a reconciliation considers for the first time, and
`lease` names the reconciliation, in its lines and in the table `writes`.
"""

from collections.abc import Mapping

import structlog

from worker.domain.instants import MILLISECOND
from worker.domain.results import Done, Held, Later, LeaseLost, OrderFound, Result, Stopped
from worker.ports import LeasedOrder
from worker.reconcile.observer import Observer, SentWrite

log = structlog.get_logger()

MAX_DELIVERIES = 10
"""How many ids of deliveries a line has; the newest count."""


class ReconciliationLog(Observer):
    """Writes the lines of one process."""

    def wrote(self, leased: LeasedOrder, write: SentWrite) -> None:
        values: dict[str, object] = {
            **_ids(leased),
            "write": write.result.announced.id,
            "before": write.before,
            "stage": write.stage.value,
            "outcome": write.result.outcome.value,
            "http_status": write.http_status or None,
            "ms": write.duration // MILLISECOND,
            "request_id": write.request_id or None,
        }
        if failure := write.result.failure:
            log.warning("write_ended", **values, detail=str(failure))
        else:
            log.info("write_ended", **values)

    def ended(self, leased: LeasedOrder, result: Result | OrderFound | LeaseLost) -> None:
        values = {**_ids(leased), **_result(result)}
        if isinstance(result, Stopped):
            log.warning("order_stopped", **values)
        else:
            log.info("reconciled", **values)


def _ids(leased: LeasedOrder) -> Mapping[str, object]:
    order = leased.order
    recent = (event for event in reversed(leased.events) if event.revision > order.seen_revision)
    deliveries = dict.fromkeys(event.delivery_id for event in recent if event.delivery_id is not None)
    return {
        "account": order.key.account,
        "order": order.key.order_id,
        "lease": leased.token,
        "revision": order.revision,
        "deliveries": sorted([*deliveries][:MAX_DELIVERIES]),
    }


def _result(result: Result | OrderFound | LeaseLost) -> Mapping[str, object]:
    """Return the values that a line shows of a result, in the words of the contract."""
    match result:
        case Done():
            return {"result": "done"}
        case Later(reason=reason, detail=detail):
            return {"result": "later", "reason": reason.value, **({"detail": detail} if detail else {})}
        case Stopped(reason=reason, detail=detail):
            return {"reason": reason.value, "detail": detail}
        case Held(reason=reason):
            return {"result": "held", "reason": reason.value}
        case OrderFound(order=order):
            return {"result": "order_found", "found": str(order)}
        case LeaseLost():
            return {"result": "lease_lost"}
