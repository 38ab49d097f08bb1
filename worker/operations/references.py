"""Verdicts: what an operator decides of a search that has stopped. What cannot be is an `IllegalRequest`."""

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.operations.instants import when
from worker.operations.orders import Operations, overtaken, require_reason


def found(operations: Operations, key: OrderKey, order: str, reason: str, stop: str = "") -> str:
    """Decide that *key* is *order*, an id or account/id: that order gets all of its news, and is due.

    *stop*, when given, must be what the search is stopped for.
    """
    said, seen = require_reason(reason), _in_vain(operations, key, stop)
    meant = _meant(operations, key, order)
    given = operations.store.attach(seen, meant.order_id, said)
    if given is None:
        raise overtaken(key)
    if not given:
        raise IllegalRequest(
            f"{meant} has no room for all news of {key}: bring it where it belongs by `orders advance`"
        )
    operations.wake_ups([meant])
    return f"{key} is {meant}, which has its news and {_next(operations.store.snapshot(meant))}."


def dismiss(operations: Operations, key: OrderKey, reason: str, stop: str = "") -> str:
    """Decide that nobody shall look for *key* any more; *stop* as in `found`."""
    said, seen = require_reason(reason), _in_vain(operations, key, stop)
    if not operations.store.dismiss(seen, said):
        raise overtaken(key)
    return f"{key} is dismissed: nobody looks for it any more, until there is newer news of it, or a replay."


def _in_vain(operations: Operations, key: OrderKey, stop: str) -> Snapshot:
    if not key.reference:
        raise IllegalRequest(f"{key} is known by its id: only what is known by a number alone is found or dismissed")
    return operations.stopped(key, stop)


def _meant(operations: Operations, key: OrderKey, text: str) -> OrderKey:
    """Return the order of the same account that *text* means."""
    names_account = "/" in text.partition(":")[0]  # a number may hold slashes itself
    order = operations.find(text if names_account else f"{key.account}/{text}")
    if order.account != key.account:
        raise IllegalRequest(f"{order} is of another account than {key}")
    if order.reference:
        raise IllegalRequest(f"{order} is no order that is known by its id: say the id")
    return order


def _next(seen: Snapshot | None) -> str:
    if seen and seen.row.stop:
        return f"is stopped ({seen.row.stop}): `fulfillment orders release` lifts that"
    if seen and seen.row.due is not None and seen.row.due > seen.now:
        return f"waits until {when(seen.row.due, seen.now)}: {seen.row.waiting}"
    return "is due; a worker takes it from here, within a second or two"
