"""What an operator may decide about a reference whose search has stopped: resolve it or dismiss it."""

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.operations.instants import when
from worker.operations.orders import Operations, overtaken, require_reason
from worker.ports import Attached


def resolve(operations: Operations, key: OrderKey, order: str, reason: str, stop: str = "") -> str:
    """Decide that the reference *key* means *order*, an id or account/id: that order gets all its events and is due.

    *stop*, when given, must be the reason for which the search is stopped. Returns a sentence about what happens now.
    Raises `IllegalRequest`.
    """
    note, seen = require_reason(reason), _stopped_search(operations, key, stop)
    target = _find_target(operations, key, order)
    match operations.store.attach(seen, target.order_id, note):
        case Attached.OVERTAKEN:
            raise overtaken(key)
        case Attached.FULL:
            raise IllegalRequest(
                f"{target} has no capacity for all events of {key}: move it forward by `orders advance`"
            )
        case Attached.DONE:
            operations.wake_ups.enqueue([target])
            return f"{key} is {target}, which has its events and {_next(operations.store.snapshot(target))}."


def dismiss(operations: Operations, key: OrderKey, reason: str, stop: str = "") -> str:
    """Decide that nobody looks for *key* any more. *stop*, result and errors are as in `resolve`."""
    note, seen = require_reason(reason), _stopped_search(operations, key, stop)
    if not operations.store.dismiss(seen, note):
        raise overtaken(key)
    return f"{key} is dismissed: nobody looks for it any more, until there is a newer event of it, or a replay."


def _stopped_search(operations: Operations, key: OrderKey, stop: str) -> Snapshot:
    if not key.reference:
        raise IllegalRequest(f"{key} is known by its id: only an order known by a number alone is found or dismissed")
    return operations.stopped(key, stop)


def _find_target(operations: Operations, key: OrderKey, text: str) -> OrderKey:
    """Return the order of the same account that *text* means."""
    names_account = "/" in text.partition(":")[0]  # a number may have slashes
    order = operations.find(text if names_account else f"{key.account}/{text}")
    if order.account != key.account:
        raise IllegalRequest(f"{order} is of another account than {key}")
    if order.reference:
        raise IllegalRequest(f"{order} is not known by its id: say the id")
    return order


def _next(seen: Snapshot | None) -> str:
    if seen and seen.row.stop:
        return f"is stopped ({seen.row.stop}): `fulfillment orders release` lifts that"
    if seen and seen.row.due is not None and seen.row.due > seen.now:
        return f"waits until {when(seen.row.due, seen.now)}: {seen.row.waiting}"
    return "is due; a worker takes it from here, within a second or two"
