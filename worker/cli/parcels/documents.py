"""Parcels as JSON objects. Instants are RFC 3339 in UTC; a missing value is null."""

from worker.cli.json_lines import Document
from worker.domain.orders import OrderKey
from worker.operations.instants import iso
from worker.operations.parcels import Parcel, ParcelEntry, Registration


def parcel_document(order: OrderKey, entry: ParcelEntry) -> Document:
    """Return one parcel as a list shows it."""
    return {**_names(order, entry.parcel), "event": entry.latest, "occurred_at": iso(entry.at)}


def registration_document(result: Registration) -> Document:
    """Return the result of a registration. `woken` are the references that waited for the parcel."""
    woken = [reference.order_id for reference in result.woken]
    return {**_names(result.order, result.parcel), "is_new": result.is_new, "woken": woken}


def _names(order: OrderKey, parcel: Parcel) -> Document:
    return {
        "account": order.account,
        "order": order.order_id,
        "tracking": parcel.tracking or None,
        "tracking_url": parcel.url or None,
        "shipment": parcel.shipment or None,
    }
