"""What an operator can decide about a reference: say which order it is, or dismiss it when its search has stopped."""

from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.retries import UNKNOWN_FOR
from worker.domain.snapshot import Snapshot, State
from worker.operations.instants import when
from worker.operations.orders import Operations, require_reason, stop_has_changed
from worker.ports import Attached


def resolve(operations: Operations, key: OrderKey, order: str, reason: str, stop: str = "") -> str:
    """Give all events of the reference *key* to *order* (an id or account/id), and make that order due.

    The search may have stopped, or go on. *stop*, if not empty, must be the reason of its stop. Returns a sentence
    about what follows. Raises `IllegalRequest`.
    """
    note, snapshot = require_reason(reason), _search(operations, key)
    if stop:
        operations.require_stopped(key, stop)
    target = _find_target(operations, key, order)
    match operations.store.attach(snapshot, target.order_id, note):
        case Attached.OVERTAKEN:
            raise IllegalRequest(f"{key} has changed meanwhile: look at it again")
        case Attached.FULL:
            raise IllegalRequest(
                f"{target} would have too many events with those of {key}: move it forward by `orders advance`"
            )
        case Attached.DONE:
            operations.wake_ups.enqueue([target])
            return f"{key} is {target}, which has its events and {_next(operations.store.snapshot(target))}."


def dismiss(operations: Operations, key: OrderKey, reason: str, stop: str = "") -> str:
    """End the search for the reference *key*, which has stopped. *stop*, result and errors are as in `resolve`."""
    note, snapshot = require_reason(reason), _stopped_search(operations, key, stop)
    if not operations.store.dismiss(snapshot, note):
        raise stop_has_changed(key)
    return f"{key} is dismissed: the search has ended, until there is a newer event with this reference, or a replay."


def _search(operations: Operations, key: OrderKey) -> Snapshot:
    if not key.reference:
        raise IllegalRequest(
            f"{key} is known by its id: --found and --dismiss are for orders that are known only by a number"
        )
    return operations.snapshot(key)


def _stopped_search(operations: Operations, key: OrderKey, stop: str) -> Snapshot:
    snapshot = _search(operations, key)
    if not snapshot.row.stop:
        raise IllegalRequest(f"{key} is not stopped: its search {_end(snapshot)}; --found says which order it is")
    return operations.require_stopped(key, stop)


def _end(snapshot: Snapshot) -> str:
    """Return when a search that has not stopped ends."""
    if snapshot.state is State.SETTLED:
        return "was dismissed"
    if snapshot.order.missing_since is None:
        return "goes on"
    return f"goes on until {when(snapshot.order.missing_since + UNKNOWN_FOR, snapshot.now)}"


def _find_target(operations: Operations, key: OrderKey, text: str) -> OrderKey:
    """Return the order of the same account that *text* means."""
    names_account = "/" in text.partition(":")[0]  # a number may have slashes
    order = operations.find(text if names_account else f"{key.account}/{text}")
    if order.account != key.account:
        raise IllegalRequest(f"{order} is of another account than {key}")
    if order.reference:
        raise IllegalRequest(f"{order} is not known by its id: say the id")
    return order


def _next(snapshot: Snapshot | None) -> str:
    if snapshot and snapshot.row.stop:
        return f"is stopped ({snapshot.row.stop}): `fulfillment orders release` lifts that"
    if snapshot and snapshot.row.due is not None and snapshot.row.due > snapshot.now:
        return f"waits until {when(snapshot.row.due, snapshot.now)}: {snapshot.row.waiting}"
    return "is due; a worker takes it from here, within a second or two"
