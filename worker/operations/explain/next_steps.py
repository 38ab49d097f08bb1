"""Sentences about what happens to an order next, and when."""

from collections.abc import Callable, Iterator, Mapping
from shlex import quote

from worker.domain.instants import MINUTE, Duration
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.domain.snapshot import Snapshot, State
from worker.operations.advice import advise_on_hold, advise_on_stop
from worker.operations.explain.parcels import missing_parcels
from worker.operations.instants import when
from worker.operations.phrases import meaning_of, with_detail

OVERDUE: Duration = MINUTE
"""An order that is due for longer needs attention: a worker takes a due order within seconds."""


def next_steps(snapshot: Snapshot, *, orphaned: bool) -> Iterator[str]:
    """Yield sentences about what happens next. *orphaned* is the result of `is_orphaned`."""
    sentences = _orphaned(snapshot) if orphaned else _NEXT_STEPS[snapshot.state](snapshot)
    yield from filter(None, sentences)  # the meaning of a word of a newer version is empty


def _orphaned(_: Snapshot) -> Iterator[str]:
    yield "The order has something left to do, but no worker will reconcile it."
    yield "This is a defect: please report it. `fulfillment orders retry` makes the order due."


def _stopped(snapshot: Snapshot) -> Iterator[str]:
    row, now = snapshot.row, snapshot.now
    since = when(row.stopped_at, now) if row.stopped_at is not None else ""
    waits = f"has waited for a person since {since}" if since else "waits for a person"
    yield f"It {waits}: {with_detail(row.stop, row.stop_detail)}."
    yield meaning_of(StopReason, row.stop)
    yield advise_on_stop(row.stop)
    yield f"To lift the stop: fulfillment orders release {quote(str(snapshot.order.key))} --reason …"


def _leased(snapshot: Snapshot) -> Iterator[str]:
    yield f"A worker reconciles it now; its lease ends {when(snapshot.row.lease_until or snapshot.now, snapshot.now)}."


def _held(snapshot: Snapshot) -> Iterator[str]:
    for hold in snapshot.row.held:
        since = when(hold.since, snapshot.now)
        yield f"The account {hold.account} has been held since {since}: {with_detail(hold.reason, hold.detail)}."
        yield meaning_of(HoldReason, hold.reason)
        yield advise_on_hold(hold.reason)
    yield from _end_of_hold(snapshot)


def _end_of_hold(snapshot: Snapshot) -> Iterator[str]:
    """Name only one time: when all holds have ended and the order is due."""
    row, now = snapshot.row, snapshot.now
    ends = [hold.until for hold in row.held]
    latest = max((end for end in ends if end is not None), default=now)
    if None in ends:
        yield "The order waits until the hold is lifted."
    elif row.due is not None and row.due > latest:
        yield from _waiting(snapshot)
    else:
        yield f"The order waits until {when(latest, now)}; then it is due."


def _due(snapshot: Snapshot) -> Iterator[str]:
    due, now = snapshot.row.due or snapshot.now, snapshot.now
    yield f"It has been due since {when(due, now)}: a worker takes it next."
    if now - due > OVERDUE:
        yield "That is long: is a worker running? See `fulfillment doctor`."
    if snapshot.row.lease_until is not None:
        yield "The last reconciliation has ended without a result; the next one takes over."


def _waiting(snapshot: Snapshot) -> Iterator[str]:
    row, now = snapshot.row, snapshot.now
    reason = f": {with_detail(row.waiting, row.waiting_detail)}" if row.waiting else ""
    yield f"It waits until {when(row.due or now, now)}{reason}."
    yield meaning_of(WaitReason, row.waiting) or "Then it is reconciled again."
    if row.not_before is not None and row.not_before > now:
        yield "An event does not shorten this wait; `fulfillment orders retry` does."


def _closed(_: Snapshot) -> Iterator[str]:
    yield "Nothing is left to do."


def _settled(snapshot: Snapshot) -> Iterator[str]:
    yield "It has the stage that its events justify, and waits for new events."
    yield from missing_parcels(snapshot)


_NEXT_STEPS: Mapping[State, Callable[[Snapshot], Iterator[str]]] = {
    State.STOPPED: _stopped,
    State.LEASED: _leased,
    State.CLOSED: _closed,
    State.SETTLED: _settled,
    State.HELD: _held,
    State.DUE: _due,
    State.WAITING: _waiting,
}
