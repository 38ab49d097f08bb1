"""Sentences about an order of which only a number is known: what is known of it, and how it is looked for."""

from collections.abc import Iterator

from worker.domain.orders import Reference
from worker.domain.retries import UNKNOWN_FOR
from worker.domain.snapshot import DISMISSED, Snapshot, State
from worker.operations.instants import moment, when


def is_dismissed(snapshot: Snapshot) -> bool:
    """Tell whether an operator wants nobody to look for the order any more."""
    rests = snapshot.order.key.reference is not None and snapshot.state is State.SETTLED
    return rests and any(said.word == DISMISSED for said in snapshot.audit_log[-1:])


def about(snapshot: Snapshot, reference: Reference) -> Iterator[str]:
    """Say what is known of the order, and when the platform was asked."""
    order, row, now = snapshot.order, snapshot.row, snapshot.now
    whose = "its" if reference.kind == "number" else "its parcel's"
    yield f"The order is known only by {whose} {reference.words}, since {when(row.first_seen_at, now)}."
    if order.read_at is None:
        yield "The platform has not been searched for it yet."
    else:
        yield f"The platform was last searched for it on {when(order.read_at, now)}."


def plan(snapshot: Snapshot) -> Iterator[str]:
    """Say how the order is looked for, and what becomes of its news."""
    if snapshot.state is State.STOPPED:
        yield "It is not looked for while it is stopped; newer news of it begins the search anew."
        return
    if is_dismissed(snapshot):
        yield "Nobody looks for it, and nothing follows from its news."
        return
    yield "The journal is asked, then the platform, for the one order that has exactly this number."
    yield "That order gets all of this news, and takes its steps by it; until then, nothing is written."


def attempts(snapshot: Snapshot) -> Iterator[str]:
    """Say how often it was looked for in vain, and until when that goes on."""
    order, now = snapshot.order, snapshot.now
    if order.failing_since is None:
        return
    times = "search has" if order.failures == 1 else "searches in a row have"
    yield f"{order.failures} {times} been in vain since {when(order.failing_since, now)}."
    if order.missing_since is None or snapshot.state is State.STOPPED:
        return
    if order.revision > order.seen_revision:
        yield "News has come in since the last search: if the next one does not find it, an hour begins there."
    else:
        yield f"If it is not found, the first search after {moment(order.missing_since + UNKNOWN_FOR)} is the last one."


def how_dismissed(snapshot: Snapshot) -> Iterator[str]:
    """Say of a dismissed search who wanted that and why, and what ends it."""
    said = snapshot.audit_log[-1]
    yield f"An operator dismissed it on {when(said.at, snapshot.now)}: {said.detail}."
    yield "Newer news of it begins the search anew; so does `fulfillment deliveries replay`, or `orders retry`."
