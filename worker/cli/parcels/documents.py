"""Parcels as JSON objects. Instants are RFC 3339 in UTC; a missing value is null."""

from worker.cli.json_lines import Document, order_names
from worker.domain.orders import OrderKey
from worker.operations.bulk import ItemResult
from worker.operations.instants import iso
from worker.operations.parcels.drops import Drop
from worker.operations.parcels.parcels import Parcel, ParcelEntry
from worker.operations.parcels.registrations import Registration
from worker.operations.parcels.removals import Removal
from worker.operations.previews import Preview


def parcel_document(order: OrderKey, entry: ParcelEntry) -> Document:
    """Return one parcel as a list shows it."""
    return {**_names(order, entry.parcel), "event": entry.latest, "occurred_at": iso(entry.at)}


def registration_document(result: Registration) -> Document:
    """Return the result of a registration. `woken` are the references that waited for the parcel.

    `parcels` is how many parcels the order has to wait for; `is_unseen`: the platform has not shown the order yet.
    """
    woken = [reference.order_id for reference in result.woken]
    facts = {"is_new": result.is_new, "woken": woken, "parcels": result.parcels, "is_unseen": result.is_unseen}
    return {**_names(result.order, result.parcel), **facts}


def removal_document(result: Removal) -> Document:
    """Return the result of a removal."""
    facts = {"tracking": result.tracking, "is_order_deleted": result.is_order_deleted}
    return {**order_names(result.order), **facts}


def drop_document(result: Drop) -> Document:
    """Return what putting a parcel away has done. `missing` are the numbers for which the order still waits."""
    facts = {"tracking": result.tracking, "is_new": result.is_new, "missing": list(result.missing)}
    return {**order_names(result.order), **facts, "stop": result.stop or None}


def preview_document(order: OrderKey, tracking: str, preview: Preview) -> Document:
    """Return what an act on a parcel would do. `is_final`: it completes the order, which cannot be undone."""
    names = {**order_names(order), "tracking": tracking}
    return {**names, "result": ItemResult.PLANNED, "detail": preview.sentence, "is_final": preview.is_final}


def _names(order: OrderKey, parcel: Parcel) -> Document:
    return {
        **order_names(order),
        "tracking": parcel.tracking or None,
        "tracking_url": parcel.url or None,
        "shipment": parcel.shipment or None,
    }
