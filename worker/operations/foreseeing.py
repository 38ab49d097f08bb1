"""What an act on one order would do, if it were done now: the checks of the act first, then the preview."""

from collections.abc import Callable, Mapping

from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.operations.acts import ActName
from worker.operations.carriers import require_assignable
from worker.operations.orders import Operations, require_stage_ahead
from worker.operations.parcels.drops import require_droppable
from worker.operations.parcels.parcels import Parcel
from worker.operations.parcels.registrations import known_order, require_registrable
from worker.operations.parcels.removals import require_removable
from worker.operations.possible_acts import new_order
from worker.operations.previews import PREVIEWS, Preview, preview_add

NO_CHANGE = "nothing: the order has this parcel already"

_CHECKS: Mapping[ActName, Callable[[Snapshot, str], object]] = {
    ActName.ADVANCE: lambda snapshot, stage: require_stage_ahead(snapshot, Stage(stage)),
    ActName.ASSIGN: lambda snapshot, _: require_assignable(snapshot.order.key),
    ActName.REMOVE_PARCEL: require_removable,
    ActName.DROP_PARCEL: require_droppable,
}
_OF_PARCELS = {ActName.REMOVE_PARCEL, ActName.DROP_PARCEL}


def foresee(
    operations: Operations,
    name: ActName,
    key: OrderKey,
    choice: str,
    policies: Mapping[str, Policy],
    *,
    create: bool = False,
) -> Preview:
    """Return what follows from the act *name* on the order *key*, with the stage, source or parcel *choice*.

    *create*: the database need not have the order yet. *policies* is by account. Raises `IllegalRequest` as the act
    itself would, and `StoreUnavailable`.
    """
    key = known_order(operations, key) if name in _OF_PARCELS else key
    snapshot = operations.existing(key, create=create) or new_order(key, operations.intake.now())
    _CHECKS[name](snapshot, choice)
    return PREVIEWS[name](snapshot, choice, policies.get(key.account, Policy()))


def foresee_registration(operations: Operations, key: OrderKey, parcel: Parcel, *, create: bool = False) -> Preview:
    """Return what follows from the registration of *parcel*. Raises `IllegalRequest` as `register` does."""
    checked = require_registrable(operations, key, parcel, create=create)
    if checked.is_known:
        return Preview(NO_CHANGE)
    return preview_add(checked.snapshot or new_order(checked.event.order, operations.intake.now()))
