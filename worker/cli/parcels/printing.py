"""Prints parcels for people, in 80 columns. *now* is the time of the database's clock."""

from collections.abc import Sequence

from worker.cli.printing import broken_name, make_table, plain, print_table
from worker.domain.instants import Instant
from worker.domain.text import clean_text
from worker.operations.instants import ago
from worker.operations.parcels import ParcelEntry, Registration
from worker.operations.phrases import counted


def print_parcels(entries: Sequence[ParcelEntry], now: Instant) -> None:
    """Print a list of parcels."""
    table = make_table("TRACKING NUMBER", "LATEST EVENT", "HAPPENED", "SHIPMENT, URL", wrapping="SHIPMENT, URL")
    for entry in entries:
        parcel = entry.parcel
        table.add_row(
            broken_name(parcel.tracking or "–"),
            plain(entry.latest.removeprefix("shipment.")),
            plain(ago(entry.at, now)),
            plain(" ".join(filter(None, (parcel.shipment, parcel.url)))),
        )
    print_table(table, entries, "No event of the order names a parcel.")


def registration_sentence(result: Registration) -> str:
    """Return what a registration has done, and what follows."""
    tracking = clean_text(result.parcel.tracking)
    if not result.is_new:
        return f"{result.order} has the parcel {tracking} already."
    if not result.woken:
        return f"{result.order} has the parcel {tracking} now. No reference waited for it."
    names = ", ".join(clean_text(reference.order_id) for reference in result.woken)
    woken = counted(len(result.woken), "reference that waited for it is", "references that waited for it are")
    return f"{result.order} has the parcel {tracking} now. {woken} due: {names}."
