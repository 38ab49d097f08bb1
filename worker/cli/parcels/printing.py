"""Prints parcels for people, in 80 columns. *now* is the time of the database's clock."""

from collections.abc import Sequence

from worker.cli.printing import broken_name, make_table, plain, print_sentence, print_table
from worker.domain.instants import Instant
from worker.domain.tracking import is_in_place
from worker.operations.instants import ago
from worker.operations.parcels.parcels import ParcelEntry

_LEFT_OUT = "A name left-out-… stands for a tracking number that is no code: the parcel's deliveries have the number."


def print_parcels(entries: Sequence[ParcelEntry], now: Instant) -> None:
    """Print a list of parcels."""
    table = make_table("TRACKING NUMBER", "LATEST EVENT", "HAPPENED", "SHIPMENT, URL", wrapping="SHIPMENT, URL")
    for entry in entries:
        parcel = entry.parcel
        table.add_row(
            broken_name(parcel.tracking or "–"),
            plain("put away" if entry.put_away else entry.latest.removeprefix("shipment.")),
            plain(ago(entry.at, now)),
            plain(" ".join(filter(None, (parcel.shipment, parcel.url)))),
        )
    print_table(table, entries, "No event of the order names a parcel.")
    if any(is_in_place(entry.parcel.tracking) for entry in entries):
        print_sentence(_LEFT_OUT)
