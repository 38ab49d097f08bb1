"""The answer about an order whose account is held, and when the hold may end."""

from shlex import quote

from worker.domain.accounts.probing import PROBED, WANTS_SILENCE
from worker.domain.instants import Instant
from worker.domain.overview.snapshot import Hold, Snapshot
from worker.domain.reasons import HoldReason
from worker.operations.advice import UNKNOWN_HOLD
from worker.operations.explain.answer import Actor, Answer, sentences
from worker.operations.explain.due import by_worker
from worker.operations.explain.today import TodaysSettings
from worker.operations.instants import when
from worker.operations.phrases import WHY, with_detail

_BY_OPERATOR = (HoldReason.OPERATOR.value, HoldReason.CREDENTIALS.value)
"""The holds that a person ends."""
_GRAVITY = (*_BY_OPERATOR, HoldReason.OUTAGE.value)
"""Which of several holds is named first. The others end by themselves."""


def end_of_holds(snapshot: Snapshot) -> Instant | None:
    """Return when all holds have ended and the order is due; None if a hold must be lifted."""
    ends = [hold.until for hold in snapshot.row.held]
    known = [end for end in ends if end is not None]
    return max(*known, snapshot.row.due or snapshot.now, snapshot.now) if len(known) == len(ends) else None


def next_probe(snapshot: Snapshot) -> Instant | None:
    """Return when a probe may lift the hold next; None if none comes by itself, or the hold has an end."""
    holds = snapshot.row.held
    if end_of_holds(snapshot) is not None or any(hold.reason in WANTS_SILENCE for hold in holds):
        return None
    return min((h.next_probe for h in holds if h.next_probe is not None and h.reason in PROBED), default=None)


def own_cause(snapshot: Snapshot) -> str:
    """Return what the order itself waits for, beside the hold of its account; empty if nothing."""
    row = snapshot.row
    is_own = row.waiting and row.waiting not in {hold.reason for hold in row.held}
    return with_detail(row.waiting, row.waiting_detail) if is_own else ""


def held(snapshot: Snapshot, settings: TodaysSettings) -> Answer:
    """Return the answer about an order whose account is held."""
    hold, end, now = min(snapshot.row.held, key=_gravity), end_of_holds(snapshot), snapshot.now
    own = own_cause(snapshot)
    why = sentences(
        f"Its account {hold.account} is held: {with_detail(hold.reason, hold.detail)}",
        _first(snapshot, hold),
        f"The order itself waits, too: {own}" if own else "",
    )
    since = when(hold.since, now)
    if hold.reason in _BY_OPERATOR:
        sentence = f"You act next: its account has been held since {since}."
        return Answer(Actor.OPERATOR, sentence, why, hold.reason, _command(hold), since=hold.since)
    if end is not None:
        return by_worker(snapshot, settings, end, why, hold.reason, hold.since)
    at = next_probe(snapshot)
    probe = f"; a probe asks it on {when(at, now)}" if at is not None else f"; it is held since {since}"
    return Answer(
        Actor.PLATFORM, f"The platform acts next, when it answers{probe}.", why, hold.reason, "", at, hold.since
    )


def _gravity(hold: Hold) -> tuple[int, Instant]:
    return (_GRAVITY.index(hold.reason) if hold.reason in _GRAVITY else len(_GRAVITY)), hold.since


def _first(snapshot: Snapshot, hold: Hold) -> str:
    probe = next_probe(snapshot)
    if hold.reason == HoldReason.CREDENTIALS:
        by_itself = f" A probe tries them again on {when(probe, snapshot.now)}." if probe is not None else ""
        return f"Correct the account's credentials in the settings, and restart the workers.{by_itself}"
    return "" if hold.reason in set(HoldReason) else UNKNOWN_HOLD


def _command(hold: Hold) -> str:
    account = quote(hold.account)
    if hold.reason == HoldReason.OPERATOR:
        return f"fulfillment accounts release {account} --reason {WHY}"
    return f"fulfillment accounts probe {account}"
