"""The answer about an order that a worker reconciles now or at its due time."""

from shlex import quote

from worker.domain.accounts.call_usage import CallUsage
from worker.domain.accounts.workers import Service
from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import MINUTE, Duration, Instant
from worker.domain.overview.snapshot import Snapshot
from worker.domain.policy import Policy
from worker.domain.reasons import WaitReason
from worker.operations.explain.answer import Actor, Answer, sentences
from worker.operations.explain.parcels import arrivals
from worker.operations.explain.today import TodaysSettings, is_over, is_shortened, restart
from worker.operations.instants import span, when
from worker.operations.phrases import WHY, meaning_of, with_detail

OVERDUE: Duration = MINUTE
"""An order that is due for longer needs attention: a worker takes a due order within seconds."""


def by_worker(
    snapshot: Snapshot, settings: TodaysSettings, at: Instant, why: str, cause: str, since: Instant | None = None
) -> Answer:
    """Return the answer that a worker acts *at* an instant; or an operator, if no worker that runs takes the order."""
    now, account = snapshot.now, snapshot.order.key.account
    due = f"it is due on {when(at, now)}" if at > now else f"it has been due since {when(at, now)}"
    match snapshot.service:
        case Service.SERVED:
            sentence = f"A worker acts next: {due}."
            if now - at <= OVERDUE:
                return Answer(Actor.WORKER, sentence, why, cause, "", at, since)
            if settings.usage and settings.usage.is_nearly_all:
                why = sentences(why, _out_of_calls(account, settings.usage))
                return Answer(Actor.WORKER, sentence, why, cause or WaitReason.BUDGET, "", at, since)
            why = sentences(why, "That is long for a worker that runs.")
            return Answer(Actor.WORKER, sentence, why, cause, "fulfillment doctor", at, since)
        case Service.NO_WORKER:
            why = sentences("No worker runs.", why)
            return Answer(Actor.OPERATOR, f"You act next: {due}.", why, cause, settings.start, since=since)
        case Service.NOT_SERVED:
            remedy = "Restart the workers." if settings.has_account else f"The settings have no account {account}."
            why = sentences(f"No running worker serves the account {account}. {remedy}", why)
            return Answer(Actor.OPERATOR, f"You act next: {due}.", why, cause, "fulfillment doctor", since=since)


def _out_of_calls(account: str, usage: CallUsage) -> str:
    if usage.closed_for > 0:
        return f"The platform of {account} wants no call for {span(usage.closed_for)}, so its orders take turns."
    return f"Of the {usage.limit} calls a minute of {account}, {usage.used} are used, so its orders take turns."


def leased() -> Answer:
    """Return the answer about an order that a worker reconciles."""
    return Answer(Actor.WORKER, "A worker acts now.", "It reconciles the order at this moment.")


def due(snapshot: Snapshot, settings: TodaysSettings) -> Answer:
    """Return the answer about an order that a worker takes next."""
    row = snapshot.row
    ended = "The last reconciliation has ended without a result." if row.lease_until is not None else ""
    why = (
        "It is to be searched for."
        if snapshot.order.key.reference
        else "It is to be read, and compared with its events."
    )
    since = row.due if row.due is not None else snapshot.now
    return by_worker(snapshot, settings, since, sentences(ended, why), "", since)


def waiting(snapshot: Snapshot, evidence: Evidence, policy: Policy, settings: TodaysSettings) -> Answer:
    """Return the answer about an order that is reconciled again at its due time."""
    row, key = snapshot.row, quote(str(snapshot.order.key))
    at, reason = row.due or snapshot.now, row.waiting
    if is_over(snapshot, policy):
        why = "The account was in `dry_run`, which today's settings do not have."
        renewal = restart(snapshot, settings)
        if renewal:
            sentence = "You act next: the workers have the earlier settings."
            return Answer(Actor.OPERATOR, sentence, sentences(why, renewal), reason)
        return by_worker(snapshot, settings, at, why, reason)
    answer = by_worker(snapshot, settings, at, _why(snapshot, evidence), reason)
    if reason == WaitReason.PARCELS and answer.who is Actor.WORKER:
        sentence = f"The courier acts next; without news, a person decides after {when(at, snapshot.now)}."
        return Answer(Actor.COURIER, sentence, answer.why, reason, at=at, since=evidence.heard_at or None)
    if is_shortened(snapshot, policy):
        today = f"Today's `complete_after` is shorter: {span(policy.complete_after)}."
        why = sentences(answer.why, today, restart(snapshot, settings))
        command = answer.command or f"fulfillment orders retry {key} --reason {WHY}"
        return Answer(answer.who, answer.sentence, why, reason, command, at)
    return answer


def _why(snapshot: Snapshot, evidence: Evidence) -> str:
    row = snapshot.row
    if row.waiting == WaitReason.PARCELS:
        return sentences(f"{WaitReason.PARCELS}: {arrivals(evidence)}")
    cause = with_detail(row.waiting, row.waiting_detail)
    return sentences(cause, meaning_of(WaitReason, row.waiting)) if cause else "It is to be reconciled again."
