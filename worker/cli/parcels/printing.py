"""Prints parcels for people, in 80 columns. *now* is the time of the database's clock."""

from collections.abc import Sequence
from shlex import quote

from worker.cli.printing import broken_name, make_table, plain, print_table
from worker.domain.instants import Instant
from worker.domain.text import clean_text
from worker.operations.instants import ago
from worker.operations.parcels import ParcelEntry
from worker.operations.phrases import counted
from worker.operations.registrations import Registration
from worker.operations.removals import Removal


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
    sentences = (f"{result.order} has the parcel {tracking} now.", _woken(result), _parcels(result), _unseen(result))
    return " ".join(filter(None, sentences))


def _woken(result: Registration) -> str:
    if not result.woken:
        return "No reference waited for it."
    names = ", ".join(clean_text(reference.order_id) for reference in result.woken)
    woken = counted(len(result.woken), "reference that waited for it is", "references that waited for it are")
    return f"{woken} due: {names}."


def _parcels(result: Registration) -> str:
    if result.parcels < 2:  # noqa: PLR2004 - several
        return ""
    all_of_them = "both" if result.parcels == 2 else f"all {result.parcels}"  # noqa: PLR2004 - both are two
    return f"The order has {result.parcels} parcels now; it is delivered when {all_of_them} have arrived."


def _unseen(result: Registration) -> str:
    if not result.is_unseen:
        return ""
    command = f"fulfillment parcels remove {quote(str(result.order))} {quote(result.parcel.tracking)} --reason …"
    return f"The order is not yet seen at the platform; if its id is a misprint: {command}"


def removal_sentence(result: Removal) -> str:
    """Return what a removal has done, and what follows."""
    tracking, order = clean_text(result.tracking), result.order
    follows = "is deleted, because nothing else was known of it" if result.is_order_deleted else "is due"
    return f"{order} does not have the parcel {tracking} any more: another order can have it. {order} {follows}."
