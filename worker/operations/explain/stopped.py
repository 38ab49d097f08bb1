"""The answer about a stopped order: what to do first, and the command that lets it go on or closes it."""

from collections.abc import Mapping
from shlex import quote

from worker.domain.evidence.evidence import ALARMS, weigh
from worker.domain.overview.snapshot import AuditEntry, Snapshot
from worker.domain.reasons import AuditAction, StopReason
from worker.operations.explain.answer import Actor, Answer, sentences
from worker.operations.explain.parcels import parcels_put_away
from worker.operations.explain.today import TodaysSettings, knows_status, restart
from worker.operations.instants import when
from worker.operations.phrases import WHY, with_detail

FIRST: Mapping[StopReason, str] = {
    StopReason.UNKNOWN_STATUS: (
        "Say in the account's `statuses` what it means and restart the workers, or change it at the platform; then"
        " release the order."
    ),
    StopReason.MOVING_WHILE_CANCELLED: "Tell the courier to bring the parcel back; then close the order.",
    StopReason.MOVED_BACK: "Released, it takes its steps again; if it should stay where it is, close it.",
    StopReason.SHIPMENT_RETURNED: "Settle the return with the customer and at the platform; then close the order.",
    StopReason.SHIPMENT_LOST: "Settle the loss with the courier and the customer; then close the order.",
    StopReason.SHIPMENT_CANCELLED: "Ask the courier why; then close the order, or release it for a newer parcel.",
    StopReason.RETURNED_AFTER_COMPLETION: "Settle it at the platform by hand; then close the order.",
    StopReason.PARCEL_MISSING: "Ask the courier for the parcel; released, the order waits for 14 more days.",
    StopReason.REFUSED: "Correct at the platform, or in the settings, what its message names; then release the order.",
    StopReason.CONFLICT: "Look at the platform what forbids the step; then release the order.",
    StopReason.UNKNOWN_ORDER: "Check that the order exists in this account, with exactly this id; then release it.",
    StopReason.AMBIGUOUS_ORDER: "Say which order it is.",
    StopReason.NUMBER_REUSED: "Say which order it is.",
    StopReason.TOO_MANY_EVENTS: "Move the order that it names forward at the platform by hand; then close this one.",
    StopReason.NOT_YOUR_ORDER: (
        "If the source carries the order that it names, assign that order to it and release this one; else close it."
    ),
    StopReason.GAVE_UP: "When the platform works again, release the order.",
}
"""What to do before the command of the answer, in one sentence: `advice` has more."""
CLOSES = frozenset(
    {
        StopReason.MOVING_WHILE_CANCELLED,
        StopReason.SHIPMENT_RETURNED,
        StopReason.SHIPMENT_LOST,
        StopReason.SHIPMENT_CANCELLED,
        StopReason.RETURNED_AFTER_COMPLETION,
        StopReason.TOO_MANY_EVENTS,
    }
)
"""The stops after which an order usually does not go on."""
SEARCHES = frozenset({StopReason.UNKNOWN_ORDER, StopReason.AMBIGUOUS_ORDER, StopReason.NUMBER_REUSED})
"""The stops of references of which an operator says which order they are."""


def stopped(snapshot: Snapshot, settings: TodaysSettings) -> Answer:
    """Return the answer about a stopped order."""
    row, now = snapshot.row, snapshot.now
    since = f": it has waited since {when(row.stopped_at, now)}" if row.stopped_at is not None else ""
    why = sentences(
        with_detail(row.stop, row.stop_detail),
        stopped_again(snapshot),
        _first(snapshot, settings),
        behind_hold(snapshot),
    )
    return Answer(Actor.OPERATOR, f"You act next{since}.", why, row.stop, _command(snapshot), since=row.stopped_at)


def stopped_before(snapshot: Snapshot) -> AuditEntry | None:
    """Return the entry of the latest act that has lifted a stop for the same reason; None without one."""
    acts = {AuditAction.RELEASED, AuditAction.RETRIED}
    same = (entry for entry in snapshot.audit_log if entry.action in acts and _is_about(entry, snapshot.row.stop))
    return max(same, key=lambda entry: entry.at, default=None)


def stopped_again(snapshot: Snapshot) -> str:
    """Return who has lifted a stop for the same reason before, and when; empty if nobody has."""
    entry = stopped_before(snapshot) if snapshot.row.stop else None
    if entry is None:
        return ""
    reason = entry.detail.partition(": ")[2]
    return sentences(
        f"It has stopped for this again: it was {entry.action} on {when(entry.at, snapshot.now)}: {reason}"
    )


def behind_hold(snapshot: Snapshot) -> str:
    """Return for which hold of its account the order waits after its stop; empty without one."""
    reasons = ", ".join(hold.reason for hold in snapshot.row.held)
    return f"After that, it waits for its account, which is held: {reasons}." if reasons else ""


def _is_about(entry: AuditEntry, stop: str) -> bool:
    return entry.detail.startswith(f"{stop}: ")


def _first(snapshot: Snapshot, settings: TodaysSettings) -> str:
    stop = snapshot.row.stop
    if knows_status(snapshot, settings):
        return sentences("Today's settings know this status.", restart(snapshot, settings), "Then release the order.")
    if _is_put_away(snapshot):
        return "An operator has put the parcel away, so it can be released."
    first = FIRST[StopReason(stop)] if stop in set(StopReason) else "Look at the order at the platform."
    if snapshot.order.key.reference and stop == StopReason.UNKNOWN_ORDER:
        return "Check that the order exists in this account. If you know which it is, say so."
    return first


def _command(snapshot: Snapshot) -> str:
    key, stop = quote(str(snapshot.order.key)), snapshot.row.stop
    if stop in CLOSES and not _is_put_away(snapshot):
        return f"fulfillment orders close {key} --reason {WHY}"
    found = " --found ORDER" if snapshot.order.key.reference and stop in SEARCHES else ""
    return f"fulfillment orders release {key}{found} --reason {WHY}"


def _is_put_away(snapshot: Snapshot) -> bool:
    """Tell whether the order has stopped because of a parcel that an operator has put away since."""
    order = snapshot.order
    if snapshot.row.stop not in ALARMS.values() or not parcels_put_away(snapshot.events):
        return False
    return not weigh(snapshot.events, order.acknowledged, order.counting_source).alarms
