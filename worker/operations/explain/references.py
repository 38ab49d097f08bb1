"""Sentences about a reference, which is an order known only by a number or a parcel, and about the search for it."""

from collections.abc import Iterator
from shlex import quote

from worker.domain.orders import Reference
from worker.domain.reasons import AuditAction, StopReason
from worker.domain.retries import UNKNOWN_FOR
from worker.domain.snapshot import Snapshot, State
from worker.operations.instants import moment, when
from worker.operations.phrases import counted


def is_dismissed(snapshot: Snapshot) -> bool:
    """Tell whether an operator has ended the search, and nothing has restarted it."""
    is_settled = snapshot.order.key.reference is not None and snapshot.state is State.SETTLED
    return is_settled and any(entry.action == AuditAction.DISMISSED for entry in snapshot.audit_log[-1:])


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
    elif is_dismissed(snapshot):
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
    """Yield the command that says which order has the parcel, if the search for the order has found none."""
    if snapshot.row.stop not in {StopReason.UNKNOWN_ORDER, StopReason.GAVE_UP} or reference.kind == "number":
        return
    names = f"TRACKING --shipment {quote(reference.value)}" if reference.kind == "shipment" else quote(reference.value)
    yield f"If you know the order, register its parcel: `fulfillment parcels add ORDER {names} --create`."


def searches(snapshot: Snapshot) -> Iterator[str]:
    """Yield sentences about failures of the search, and about its last attempt."""
    order, now = snapshot.order, snapshot.now
    if order.failing_since is None:
        return
    failed = counted(order.failures, "search has", "searches in a row have")
    yield f"{failed} failed since {when(order.failing_since, now)}."
    # The time of a hold does not count, so the time of the last search is unknown during a hold.
    if order.missing_since is None or snapshot.state in {State.STOPPED, State.HELD}:
        return
    if order.revision > order.seen_revision:
        yield "An event has come in since the last search: if the next one does not find the order, a new hour begins."
    else:
        end = moment(order.missing_since + UNKNOWN_FOR)
        yield f"If the order is not found, the first search after {end} is the last one."


def dismissal(snapshot: Snapshot) -> Iterator[str]:
    """Yield sentences about the operator's decision to end the search, and what restarts it."""
    entry = snapshot.audit_log[-1]
    yield f"An operator dismissed it on {when(entry.at, snapshot.now)}: {entry.detail}."
    yield "A newer event of the order restarts the search; so does `fulfillment deliveries replay`, or `orders retry`."
