"""Compares what is known of an order with today's settings. The workers have the settings of their start."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from shlex import quote

from worker.domain.accounts.call_usage import CallUsage
from worker.domain.evidence.evidence import Evidence
from worker.domain.instants import MINUTE
from worker.domain.lifecycle.forecast import is_orphaned, is_pending
from worker.domain.overview.figures import Refusals
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, StopReason, WaitReason
from worker.operations.instants import span
from worker.operations.phrases import WHY


@dataclass(frozen=True, slots=True)
class TodaysSettings:
    """What an explanation needs of the settings beside the account's policy. Without values, it compares less."""

    changed_at: int | None = None
    """The instant at which the settings file was changed last; None if it is unknown."""
    has_account: bool = True
    """Whether the settings name the order's account."""
    statuses: Collection[str] | None = None
    """The status words that the account's table has; None if they are unknown."""
    usable: Collection[int] = ()
    """The ids of the unused deliveries that a replay would take in."""
    start: str = "fulfillment worker"
    """The command that starts a worker of this installation."""
    refusals: Sequence[Refusals] = ()
    """The refused requests of the account's sources, of an order that waits for its courier."""
    usage: CallUsage | None = None
    """The calls of the account, of an order that is due; None if they are unknown."""


UNKNOWN = TodaysSettings()
"""Nothing is known of the settings but the account's policy."""


def knows_status(snapshot: Snapshot, settings: TodaysSettings) -> bool:
    """Tell whether the order has stopped at a status that today's settings have."""
    statuses = settings.statuses or ()
    return snapshot.row.stop == StopReason.UNKNOWN_STATUS and snapshot.order.status in statuses


def is_over(snapshot: Snapshot, policy: Policy) -> bool:
    """Tell whether the order waits for a `dry_run` that today's settings do not have."""
    waits = snapshot.state is State.WAITING and snapshot.row.waiting == WaitReason.DRY_RUN
    return waits and not policy.dry_run


def is_newly_accepted(snapshot: Snapshot, evidence: Evidence, policy: Policy) -> bool:
    """Tell whether a pending order at rest would be accepted only because the settings say `always` now."""
    if policy.accept is not Accept.ALWAYS or not is_pending(snapshot.order, evidence):
        return False
    return is_orphaned(snapshot, policy) and not is_orphaned(snapshot, replace(policy, accept=Accept.PAID))


def is_shortened(snapshot: Snapshot, policy: Policy) -> bool:
    """Tell whether the order waits for its completion for longer than today's `complete_after`."""
    row, delivered_at = snapshot.row, snapshot.order.delivered_at
    if row.waiting != WaitReason.COMPLETE_AFTER or row.due is None or delivered_at is None:
        return False
    return row.due - (delivered_at + policy.complete_after) > MINUTE and row.due > snapshot.now


def restart(snapshot: Snapshot, settings: TodaysSettings) -> str:
    """Return that the workers must be restarted; empty when all of them began after the settings were changed."""
    if settings.changed_at is None or snapshot.serving_since is None:
        return "Restart the workers, if they began before the settings were changed."
    is_old = snapshot.serving_since < settings.changed_at
    return "Restart the workers: they began before the settings were changed." if is_old else ""


def compared(snapshot: Snapshot, evidence: Evidence, policy: Policy, settings: TodaysSettings) -> Iterator[str]:
    """Yield what today's settings change for the order, and how it can have that."""
    key = quote(str(snapshot.order.key))
    if not settings.has_account:
        yield f"The settings have no account {snapshot.order.key.account}: no worker takes its orders."
    if knows_status(snapshot, settings):
        yield f"Today's settings know the status “{snapshot.order.status}”."
        yield restart(snapshot, settings)
    elif _may_fail_longer(snapshot, policy):
        yield f"Today's settings let a step fail for longer: `retry_for` is {span(policy.retry_for)}."
        yield restart(snapshot, settings)
    elif is_shortened(snapshot, policy):
        yield f"Today's settings complete it earlier: `complete_after` is {span(policy.complete_after)}."
        yield restart(snapshot, settings)
        yield f"To have it reconciled now: fulfillment orders retry {key} --reason {WHY}"
    elif is_newly_accepted(snapshot, evidence, policy):
        yield "Today's settings accept orders at once: `accept` is always. It was reconciled before."
        yield restart(snapshot, settings)
        yield f"To have it reconciled now: fulfillment orders retry {key} --reason {WHY}"


def _may_fail_longer(snapshot: Snapshot, policy: Policy) -> bool:
    order, row = snapshot.order, snapshot.row
    if row.stop != StopReason.GAVE_UP or order.failing_since is None or row.stopped_at is None:
        return False
    return row.stopped_at - order.failing_since < policy.retry_for
