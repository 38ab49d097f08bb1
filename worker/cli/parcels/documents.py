"""Parcels as JSON objects. Instants are RFC 3339 in UTC; a missing value is null."""

from worker.cli.json_lines import Document
from worker.domain.orders import OrderKey
from worker.operations.instants import iso
from worker.operations.parcels import Parcel, ParcelEntry
from worker.operations.registrations import Registration
from worker.operations.removals import Removal


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
    order = {"account": result.order.account, "order": result.order.order_id}
    return {**order, "tracking": result.tracking, "is_order_deleted": result.is_order_deleted}


def _names(order: OrderKey, parcel: Parcel) -> Document:
    return {
        "account": order.account,
        "order": order.order_id,
        "tracking": parcel.tracking or None,
        "tracking_url": parcel.url or None,
        "shipment": parcel.shipment or None,
    }
