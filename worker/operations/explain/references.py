"""Sentences about a reference, which is an order known only by a number or a parcel, and about the search for it."""

from collections.abc import Iterator
from shlex import quote

from worker.domain.lifecycle.unknown import UNKNOWN_FOR
from worker.domain.orders import Reference
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.reasons import StopReason
from worker.domain.tracking import is_tracking_number
from worker.operations.instants import moment, when
from worker.operations.phrases import WHY, counted


def about(snapshot: Snapshot, reference: Reference) -> Iterator[str]:
    """Yield sentences about the reference, and about the platform's last answer to a search."""
    order, row, now = snapshot.order, snapshot.row, snapshot.now
    whose = "its" if reference.kind == "number" else "its parcel's"
    yield f"The order is known only by {whose} {reference.words}, since {when(row.first_seen_at, now)}."
    if reference.kind == "shipment":
        yield "This id is the courier's own: no platform knows it."
    elif order.read_at is None:
        # Searches may have failed, so the sentence must not say that the platform was never called.
        yield "The platform has not answered a search for it yet."
    else:
        yield f"The platform last answered a search for it on {when(order.read_at, now)}."


def search_plan(snapshot: Snapshot) -> Iterator[str]:
    """Yield sentences about the search, and about the future of the events."""
    if snapshot.state is State.STOPPED:
        yield "The search has stopped; a newer event of the order restarts it."
    elif snapshot.order.closed_by_operator:
        yield "The search has ended, and nothing follows from its events."
    else:
        yield _question(snapshot)
        yield "That order gets all of these events, and takes its steps by them; until then, nothing is written."


def _question(snapshot: Snapshot) -> str:
    reference = snapshot.order.key.reference
    if reference and reference.kind == "shipment":
        return "The database is asked for the one order that has a parcel with exactly this id."
    return "The database is asked, then the platform, for the one order that has exactly this number."


def registration(snapshot: Snapshot, reference: Reference) -> Iterator[str]:
    """Yield the commands that say which order it is, if the search for the order has stopped."""
    if snapshot.row.stop:
        key = quote(str(snapshot.order.key))
        yield f"If you know the order: fulfillment orders release {key} --found ORDER --reason {WHY}"
    found_none = {StopReason.UNKNOWN_ORDER, StopReason.NUMBER_REUSED, StopReason.GAVE_UP}
    # An earlier version took any text for a tracking number, and `parcels add` would refuse that.
    is_no_name = reference.kind == "number" or (
        reference.kind == "tracking" and not is_tracking_number(reference.value)
    )
    if snapshot.row.stop not in found_none or is_no_name:
        return
    names = f"TRACKING --shipment {quote(reference.value)}" if reference.kind == "shipment" else quote(reference.value)
    yield f"Or register the parcel of the order: fulfillment parcels add ORDER {names} --create"


def searches(snapshot: Snapshot) -> Iterator[str]:
    """Yield sentences about failures of the search, and about its last attempt."""
    order, now = snapshot.order, snapshot.now
    if order.failing_since is None:
        return
    searches = counted(order.failures, "search has", "searches in a row have")
    yield f"{searches} led to no order since {when(order.failing_since, now)}."
    # The time of a hold does not count, so the time of the last search is unknown during a hold.
    if order.missing_since is None or snapshot.state in {State.STOPPED, State.HELD}:
        return
    if order.revision > order.seen_revision:
        yield "An event has come in since the last search: if the next one does not find the order, a new hour begins."
    else:
        end = moment(order.missing_since + UNKNOWN_FOR)
        yield f"If the order is not found, the first search after {end} is the last one."
