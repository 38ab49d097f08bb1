"""What acts on parcels have done, and what follows, in sentences."""

from shlex import quote

from worker.domain.text import clean_text
from worker.operations.parcels.drops import Drop
from worker.operations.parcels.registrations import Registration
from worker.operations.parcels.removals import Removal
from worker.operations.phrases import WHY, counted, join_items


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
    command = f"fulfillment parcels remove {quote(str(result.order))} {quote(result.parcel.tracking)} --reason {WHY}"
    return f"The order is not yet seen at the platform; if its id is a misprint: {command}"


def removal_sentence(result: Removal) -> str:
    """Return what a removal has done, and what follows."""
    tracking, order = clean_text(result.tracking), result.order
    follows = "is deleted, because nothing else was known of it" if result.is_order_deleted else "is due"
    return f"{order} does not have the parcel {tracking} any more: another order can have it. {order} {follows}."


def drop_sentence(result: Drop) -> str:
    """Return what putting a parcel away has done, and what follows."""
    tracking, order = clean_text(result.tracking), result.order
    if not result.is_new:
        return f"{order} does not wait for the parcel {tracking}: it is cancelled, or was put away before."
    unnamed = [counted(result.unnamed, "announced parcel", "announced parcels")] if result.unnamed else []
    missing = [*map(clean_text, result.missing), *unnamed]
    waits = f"It still waits for {join_items(missing, 'and')}." if missing else ""
    released = f"fulfillment orders release {quote(str(order))} --reason {WHY}"
    stop = f"It is stopped ({result.stop}); to let it go on: {released}" if result.stop else ""
    return " ".join(filter(None, (f"{order} does not wait for the parcel {tracking} any more.", waits, stop)))
