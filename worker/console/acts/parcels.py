"""Does the acts on the parcels of an order. `acts.orders` shows their forms."""

from collections.abc import Callable, Mapping

from worker.application.context import Context
from worker.console.acts.forms import Filled
from worker.console.query_strings import Fields
from worker.domain.orders import OrderKey
from worker.operations.acts import ActName
from worker.operations.parcels.drops import drop
from worker.operations.parcels.parcels import Parcel
from worker.operations.parcels.registrations import register
from worker.operations.parcels.removals import remove
from worker.operations.parcels.sentences import drop_sentence, registration_sentence, removal_sentence


def _add(context: Context, key: OrderKey, form: Filled, note: str, fields: Fields) -> str:
    names = [fields.get(name, "").strip() for name in ("tracking", "url", "shipment")]
    return registration_sentence(register(context.operations, key, Parcel(*names), note, create=form.creates))


def _remove(context: Context, key: OrderKey, form: Filled, note: str, _fields: Fields) -> str:
    return removal_sentence(remove(context.operations, key, form.choice, note))


def _drop(context: Context, key: OrderKey, form: Filled, note: str, _fields: Fields) -> str:
    return drop_sentence(drop(context.operations, key, form.choice, note))


PARCEL_ACTS: Mapping[ActName, Callable[[Context, OrderKey, Filled, str, Fields], str]] = {
    ActName.ADD_PARCEL: _add,
    ActName.REMOVE_PARCEL: _remove,
    ActName.DROP_PARCEL: _drop,
}
