"""What happens to an order next and when, or whom it waits for."""

from collections.abc import Callable, Iterator, Mapping
from shlex import quote

from worker.domain.instants import MINUTE
from worker.domain.snapshot import Hold, Snapshot, State
from worker.operations.advice import HOLDS, WAITS, advise
from worker.operations.instants import when

OVERDUE = MINUTE
"""A worker that runs takes a due order within seconds."""


def next_steps(snapshot: Snapshot, *, orphaned: bool) -> Iterator[str]:
    """Say what happens next; *orphaned* as `is_orphaned` found."""
    if orphaned:
        yield "Nobody will look at this order, though there is something left to do; this should not be."
        yield "`fulfillment orders retry` gives it a turn; please report how it came to this."
        return
    yield from _NEXT_STEPS[snapshot.state](snapshot)


def _stopped(snapshot: Snapshot) -> Iterator[str]:
    row, now = snapshot.row, snapshot.now
    since = f" since {when(row.stopped_at, now)}" if row.stopped_at is not None else ""
    yield f"It waits for a person{since}: {row.stop}{f', {row.stop_detail}' if row.stop_detail else ''}."
    yield advise(row.stop)
    yield f"To lift the stop: fulfillment orders release {quote(str(snapshot.order.key))} --reason …"


def _leased(snapshot: Snapshot) -> Iterator[str]:
    yield f"A turn is under way; its lease ends {when(snapshot.row.lease_until or snapshot.now, snapshot.now)}."


def _held(snapshot: Snapshot) -> Iterator[str]:
    for hold in snapshot.row.held:
        yield from _waits_with_its_account(hold, snapshot.now)


def _waits_with_its_account(hold: Hold, now: int) -> Iterator[str]:
    result = f"until {when(hold.until, now)}" if hold.until is not None else "until the hold is lifted"
    yield (
        f"The whole account {hold.account} has been held since {when(hold.since, now)}, {result}: "
        f"{hold.reason}{f', {hold.detail}' if hold.detail else ''}."
    )
    yield HOLDS.get(hold.reason, "An operator has put it there, and can lift it.")


def _due(snapshot: Snapshot) -> Iterator[str]:
    due, now = snapshot.row.due or snapshot.now, snapshot.now
    yield f"It has been due since {when(due, now)}: a worker takes it next."
    if now - due > OVERDUE:
        yield "That is long: is a worker running? See `fulfillment doctor`."
    if snapshot.row.lease_until is not None:
        yield "The turn that had it ended without a word; the order comes back to the next one."


def _waiting(snapshot: Snapshot) -> Iterator[str]:
    row, now = snapshot.row, snapshot.now
    detail = f", {row.waiting_detail}" if row.waiting_detail else ""
    yield f"It waits until {when(row.due or now, now)}: {row.waiting}{detail}."
    yield WAITS.get(row.waiting, "Then it is looked at again.")
    if row.not_before is not None and row.not_before > now:
        yield "News does not shorten this wait; `fulfillment orders retry` does."


def _closed(_: Snapshot) -> Iterator[str]:
    yield "It needs nobody any more."


def _settled(_: Snapshot) -> Iterator[str]:
    yield "It is where its news puts it; the next news, or a change at the platform, moves it on."


_NEXT_STEPS: Mapping[State, Callable[[Snapshot], Iterator[str]]] = {
    State.STOPPED: _stopped,
    State.LEASED: _leased,
    State.CLOSED: _closed,
    State.SETTLED: _settled,
    State.HELD: _held,
    State.DUE: _due,
    State.WAITING: _waiting,
}
