"""What an operator can decide about a reference: which order it is."""

from collections.abc import Callable
from dataclasses import dataclass

from worker.domain.errors import IllegalRequest, OrderMissing, Throttled, Transient, Unauthorized
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.text import clean_text
from worker.operations.instants import when
from worker.operations.orders import Operations, require_reason
from worker.operations.phrases import WHY, release_of
from worker.operations.previews import preview_find
from worker.ports import Attached


@dataclass(frozen=True, slots=True)
class Look:
    """How an operator's word is checked: *status_of* reads an order at its platform, and raises `ApiError`.

    *unseen*: the operator is sure that the order exists, also if the platform cannot be reached.
    """

    status_of: Callable[[OrderKey], str]
    unseen: bool = False

    def at(self, key: OrderKey) -> str:
        """Return what the platform shows of the order *key*, as a part of a sentence.

        Raises `ApiError` when the platform does not know the order, or when it cannot be reached and nobody is sure.
        """
        try:
            return f"the platform shows it as “{clean_text(self.status_of(key))}”"
        except OrderMissing as error:
            advice = f"`fulfillment platform orders list --account {key.account}` shows those that exist"
            raise OrderMissing(f"{key}. Nothing was changed; {advice}", error.status, error.code) from error
        except (Transient, Throttled, Unauthorized) as error:
            if self.unseen:
                return f"the platform could not be asked: {error}"
            advice = "if you are sure that the order exists, add --unseen"
            raise Transient(f"{error}. {key} was not seen, so nothing was changed; {advice}") from error


def resolve(operations: Operations, key: OrderKey, order: str, reason: str, look: Look, stop: str = "") -> str:
    """Give all events of the reference *key* to *order* (an id or account/id), and make that order due.

    The platform must show the order, or *look* says how else it is believed. The search may have stopped, or go on.
    *stop*, if not empty, must be the reason of its stop. Returns a sentence about what follows. Raises
    `IllegalRequest` and `ApiError`.
    """
    note = require_reason(reason)
    snapshot, target, shown = _checked(operations, key, order, look, stop)
    match operations.store.attach(snapshot, target.order_id, note):
        case Attached.OVERTAKEN:
            raise IllegalRequest(f"{key} has changed meanwhile: look at it again")
        case Attached.FULL:
            raise IllegalRequest(
                f"{target} would have too many events with those of {key}: move it forward by `orders advance`"
            )
        case Attached.REFUSED:
            raise IllegalRequest(f"{target} is of another carrier: {_assign_first(key, target)}")
        case Attached.DONE:
            operations.wake_ups.enqueue([target])
            following = _next(target, operations.store.snapshot(target))
            return f"{key} is {target}, which has its events and {following}. {shown}"


def foresee(operations: Operations, key: OrderKey, order: str, look: Look, stop: str = "") -> str:
    """Return what follows if *order* is the reference *key*, after the checks of `resolve`, which raise as there."""
    _, target, shown = _checked(operations, key, order, look, stop)
    return f"{key} as {target}: {preview_find().text} {shown}"


def _checked(
    operations: Operations, key: OrderKey, order: str, look: Look, stop: str
) -> tuple[Snapshot, OrderKey, str]:
    """Return the reference, the order that *order* means, and a sentence about what the platform shows of that."""
    snapshot = _search(operations, key)
    if stop:
        operations.require_stopped(key, stop)
    target = _find_target(operations, key, order)
    shown = look.at(target)
    return snapshot, target, f"{shown[:1].upper()}{shown[1:]}."


def _assign_first(key: OrderKey, target: OrderKey) -> str:
    source = key.reference.source if key.reference else ""
    command = f"fulfillment orders assign {target} {source or 'SOURCE'} --reason {WHY}"
    return f"assign it first, if its parcel is meant: `{command}`"


def _search(operations: Operations, key: OrderKey) -> Snapshot:
    if not key.reference:
        raise IllegalRequest(f"{key} is known by its id: --found is for orders that are known only by a number")
    return operations.snapshot(key)


def _find_target(operations: Operations, key: OrderKey, text: str) -> OrderKey:
    """Return the order of the same account that *text* means."""
    names_account = "/" in text.partition(":")[0]  # a number may have slashes
    order = operations.find(text if names_account else f"{key.account}/{text}")
    if order.account != key.account:
        raise IllegalRequest(f"{order} is of another account than {key}")
    if order.reference:
        raise IllegalRequest(f"{order} is not known by its id: say the id")
    return order


def _next(key: OrderKey, snapshot: Snapshot | None) -> str:
    if snapshot and snapshot.row.stop:
        return f"is stopped ({snapshot.row.stop}): `{release_of(key)}` lifts that"
    if snapshot and snapshot.order.closed_by_operator:
        return f"is closed by an operator: `{release_of(key)}` opens it again"
    if snapshot and snapshot.row.due is not None and snapshot.row.due > snapshot.now:
        return f"waits until {when(snapshot.row.due, snapshot.now)}: {snapshot.row.waiting}"
    return "is due; a worker takes it from here, within a second or two"
