"""Sentences about what happens to an order next, and when."""

from collections.abc import Callable, Iterator, Mapping
from shlex import quote

from worker.domain.accounts.workers import Service
from worker.domain.evidence.evidence import ALARMS, Evidence
from worker.domain.overview.snapshot import Hold, Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import HoldReason, StopReason, WaitReason
from worker.operations.advice import advise_on_hold, advise_on_stop
from worker.operations.explain.closing import closing
from worker.operations.explain.due import OVERDUE
from worker.operations.explain.holds import end_of_holds, next_probe, own_cause
from worker.operations.explain.parcels import advice_on_lost, missing_parcels
from worker.operations.explain.settled import settled
from worker.operations.explain.stopped import behind_hold, stopped_again
from worker.operations.explain.today import UNKNOWN, is_over
from worker.operations.instants import when
from worker.operations.phrases import WHY, meaning_of, release_of, with_detail


def next_steps(snapshot: Snapshot, evidence: Evidence, policy: Policy, *, orphaned: bool) -> Iterator[str]:
    """Yield sentences about what happens next. *orphaned* is the result of `is_orphaned`."""
    if orphaned:
        sentences = _orphaned(snapshot)
    elif is_over(snapshot, policy):
        sentences = _after_dry_run(snapshot)
    elif snapshot.state is State.SETTLED:
        sentences = _settled(snapshot, evidence, policy)
    else:
        sentences = _NEXT_STEPS[snapshot.state](snapshot)
    yield from filter(None, sentences)  # the meaning of a word of a newer version is empty


def _after_dry_run(snapshot: Snapshot) -> Iterator[str]:
    until = when(snapshot.row.due or snapshot.now, snapshot.now)
    yield f"It waits until {until}, because the account was in `dry_run`, which the settings do not have any more."
    # A running worker has the settings of its start, so a retry would wait again.
    yield "Restart the workers: their next start takes it at once."


def _orphaned(snapshot: Snapshot) -> Iterator[str]:
    yield "The order has something left to do, but no worker will reconcile it."
    key = snapshot.order.key
    command = release_of(key) if snapshot.order.closed_by_operator else f"fulfillment orders retry {quote(str(key))}"
    yield f"This is a defect: please report it. `{command}` makes the order due."


def _stopped(snapshot: Snapshot) -> Iterator[str]:
    row, now = snapshot.row, snapshot.now
    since = when(row.stopped_at, now) if row.stopped_at is not None else ""
    waits = f"has waited for a person since {since}" if since else "waits for a person"
    yield f"It {waits}: {with_detail(row.stop, row.stop_detail)}."
    yield meaning_of(StopReason, row.stop)
    if row.stop == StopReason.PARCEL_MISSING:
        yield from missing_parcels(snapshot)
    yield from advice_on_lost(snapshot) if row.stop in ALARMS.values() else [advise_on_stop(row.stop)]
    yield stopped_again(snapshot)
    yield behind_hold(snapshot)
    key = snapshot.order.key
    yield f"To close it: fulfillment orders close {quote(str(key))} --reason {WHY}"
    yield f"To lift the stop: {release_of(key)}"


def _leased(snapshot: Snapshot) -> Iterator[str]:
    yield f"A worker reconciles it now; its lease ends {when(snapshot.row.lease_until or snapshot.now, snapshot.now)}."


def _held(snapshot: Snapshot) -> Iterator[str]:
    for hold in snapshot.row.held:
        since = when(hold.since, snapshot.now)
        yield f"The account {hold.account} has been held since {since}: {with_detail(hold.reason, hold.detail)}."
        yield meaning_of(HoldReason, hold.reason)
        yield _advice_on(hold)
    yield from _end_of_hold(snapshot)


def _advice_on(hold: Hold) -> str:
    if hold.reason == HoldReason.OPERATOR:
        return f"To let its orders go on: fulfillment accounts release {quote(hold.account)} --reason {WHY}"
    return advise_on_hold(hold.reason)


def _end_of_hold(snapshot: Snapshot) -> Iterator[str]:
    """Name only one time: when all holds have ended and the order is due."""
    row, now, end = snapshot.row, snapshot.now, end_of_holds(snapshot)
    probe, own = next_probe(snapshot), own_cause(snapshot)
    if end is None:
        yield "The order waits until the hold is lifted."
        yield f"The next probe may lift it: {when(probe, now)}." if probe is not None else ""
    elif row.due is not None and row.due == end > now:
        yield from _waiting(snapshot)
        return
    else:
        yield f"The order waits until {when(end, now)}; then it is due."
    yield f"The order itself waits, too: {own}." if own else ""


def _due(snapshot: Snapshot) -> Iterator[str]:
    due, now = snapshot.row.due or snapshot.now, snapshot.now
    yield f"It has been due since {when(due, now)}{_taken_by(snapshot)}."
    if now - due > OVERDUE and snapshot.service is Service.SERVED:
        yield "That is long: see `fulfillment doctor`."
    if snapshot.row.lease_until is not None:
        yield "The last reconciliation has ended without a result; the next one takes over."


def _taken_by(snapshot: Snapshot) -> str:
    match snapshot.service:
        case Service.SERVED:
            return ": a worker takes it next"
        case Service.NOT_SERVED:
            account = snapshot.order.key.account
            return f", but no running worker serves the account {account}; see `fulfillment doctor`"
        case Service.NO_WORKER:
            return ", but no worker runs: start one by `fulfillment worker`, or by `fulfillment up`"


def _waiting(snapshot: Snapshot) -> Iterator[str]:
    row, now = snapshot.row, snapshot.now
    missing = list(missing_parcels(snapshot)) if row.waiting == WaitReason.PARCELS else []
    # What has arrived is said once.
    detail = "" if missing else row.waiting_detail
    reason = f": {with_detail(row.waiting, detail)}" if row.waiting else ""
    yield f"It waits until {when(row.due or now, now)}{reason}."
    if missing:
        yield "Without news until then, a person decides."
        yield from missing
    else:
        yield meaning_of(WaitReason, row.waiting) or "Then it is reconciled again."
    if row.not_before is not None and row.not_before > now:
        key = quote(str(snapshot.order.key))
        yield f"An event does not shorten this wait; `fulfillment orders retry {key}` does."


def _closed(snapshot: Snapshot) -> Iterator[str]:
    yield from closing(snapshot) if snapshot.order.closed_by_operator else ("Nothing is left to do.",)


def _settled(snapshot: Snapshot, evidence: Evidence, policy: Policy) -> Iterator[str]:
    yield "It has the stage that its events justify, and waits for new events."
    yield from [*missing_parcels(snapshot)] or [settled(snapshot, evidence, policy, UNKNOWN).why]


_NEXT_STEPS: Mapping[State, Callable[[Snapshot], Iterator[str]]] = {
    State.STOPPED: _stopped,
    State.LEASED: _leased,
    State.CLOSED: _closed,
    State.HELD: _held,
    State.DUE: _due,
    State.WAITING: _waiting,
}
