"""The answer about an order without a due time: it waits for news, or nothing is left to do."""

from shlex import quote

from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import Instant
from worker.domain.overview.lateness import is_late
from worker.domain.overview.snapshot import Snapshot
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, AuditAction
from worker.domain.stages import Stage
from worker.operations.explain.answer import Actor, Answer, sentences
from worker.operations.explain.parcels import arrivals
from worker.operations.explain.today import TodaysSettings, is_newly_accepted, restart
from worker.operations.instants import when
from worker.operations.phrases import WHY, join_items

MAX_NAMES = 3
"""How many tracking numbers the answer names."""
_NEWS = {Stage.ACCEPTED: "the pick-up", Stage.SHIPPED: "the delivery"}
"""What an order waits for at each stage."""


def orphaned(snapshot: Snapshot) -> Answer:
    """Return the answer about an order that has something left to do and that no worker will reconcile."""
    key = quote(str(snapshot.order.key))
    command = "release" if snapshot.order.closed_by_operator else "retry"
    why = "It has something left to do, but it is not due. This is a defect: please report it."
    return Answer(
        Actor.OPERATOR, "You act next.", why, "orphaned", f"fulfillment orders {command} {key} --reason {WHY}"
    )


def closed(snapshot: Snapshot) -> Answer:
    """Return the answer about an order to which nothing more is done."""
    order, now = snapshot.order, snapshot.now
    nobody = "Nobody acts next: nothing is left to do."
    if not order.closed_by_operator:
        at = order.closed_at
        why = f"It has been {order.closed} since {when(at, now)}." if at is not None else f"It is {order.closed}."
        return Answer(Actor.NOBODY, nobody, why, str(order.closed), since=at)
    entries = [each for each in snapshot.audit_log if each.action == AuditAction.CLOSED_BY_OPERATOR]
    why = sentences(
        f"An operator closed it on {when(entries[-1].at, now)}: {entries[-1].detail}"
        if entries
        else "An operator has closed it"
    )
    since_at = entries[-1].at if entries else None
    return Answer(Actor.NOBODY, nobody, why, AuditAction.CLOSED_BY_OPERATOR, since=since_at)


def settled(snapshot: Snapshot, evidence: Evidence, policy: Policy, settings: TodaysSettings) -> Answer:
    """Return the answer about an order that is at its target and waits for news."""
    key = quote(str(snapshot.order.key))
    if is_newly_accepted(snapshot, evidence, policy):
        why = sentences("Today's settings accept orders at once: `accept` is always.", restart(snapshot, settings))
        return Answer(Actor.OPERATOR, "You act next.", why, "pending", f"fulfillment orders retry {key} --reason {WHY}")
    stage, since = snapshot.order.stage, _since(snapshot)
    if stage is None or stage is Stage.PENDING:
        return _pending(snapshot, policy, since)
    late = "It is late: ask the courier." if is_late(snapshot.order, policy, snapshot.now) else ""
    why = sentences(f"{stage.capitalize()} since {when(since, snapshot.now)}; {_awaited(stage, evidence)}", late)
    return Answer(Actor.COURIER, "The courier acts next, when it has news.", why, stage, at=None, since=since)


def _since(snapshot: Snapshot) -> Instant:
    order = snapshot.order
    times = (order.staged_at, order.confirmed_at, order.read_at, snapshot.row.first_seen_at)
    return next(at for at in times if at is not None)


def _pending(snapshot: Snapshot, policy: Policy, since: Instant) -> Answer:
    key, now = quote(str(snapshot.order.key)), snapshot.now
    pending = f"Pending since {when(since, now)}"
    if policy.accept is Accept.PAID:
        why = sentences(f"{pending}; it waits for its payment")
        return Answer(Actor.CUSTOMER, "The customer acts next, by paying.", why, "pending", since=since)
    why = sentences(f"{pending}; a person accepts it: `accept` is {policy.accept}")
    command = f"fulfillment orders advance {key} --to accepted --reason {WHY}"
    return Answer(Actor.OPERATOR, "You act next, if no parcel of it moves first.", why, "pending", command, since=since)


def _awaited(stage: Stage, evidence: Evidence) -> str:
    if 0 < evidence.delivered < evidence.parcels:
        return arrivals(evidence)
    more = ["others"] if len(evidence.missing) > MAX_NAMES else []
    names = [*evidence.missing[:MAX_NAMES], *more]
    of = f" of {join_items(names, 'and')}" if names else ""
    return f"it waits for {_NEWS.get(stage, 'any news')}{of}."
