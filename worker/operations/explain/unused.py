"""Sentences about quarantined and stale deliveries that name the order, and the settings that would let them in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from shlex import quote

from worker.domain.instants import Instant
from worker.domain.overview.snapshot import RefusedDeliveries, Snapshot, State, UnusedDelivery
from worker.domain.reasons import DeliveryOutcome, QuarantineReason, WaitReason
from worker.operations.explain.answer import Actor, Answer, sentences
from worker.operations.explain.today import TodaysSettings
from worker.operations.instants import when
from worker.operations.phrases import WHY, counted

SETTINGS: Mapping[QuarantineReason, str] = {
    QuarantineReason.NOT_ALLOWED: "add this event to `allow` of [sources.{source}]",
    QuarantineReason.UNKNOWN_EVENT: "say in `statuses` of [sources.{source}] what this word means",
    QuarantineReason.TOO_MANY_UNKNOWN: "raise `max_unknown` of [sources.{source}]",
    QuarantineReason.BAD_ORDER_ID: "say in `reference` of [sources.{source}] what the courier's reference is",
    QuarantineReason.BAD_ORDER_NUMBER: "say in `number_prefix` of [sources.{source}] what stands before the number",
    QuarantineReason.CAPTURED: "give [sources.{source}] a `profile` that reads its deliveries",
    QuarantineReason.TOO_MANY_ELEMENTS: "ask the courier for smaller batches",
    QuarantineReason.WHICH_PARCEL: "ask the courier to name the parcel",
    QuarantineReason.KEY_REUSED: "ask the courier for a new id of each event",
    QuarantineReason.TOO_MANY_EVENTS: "move the order forward by hand, at the platform",
}
"""What lets a delivery in, by the reason of its quarantine. Without an entry, the courier must send another body."""
STALE = "widen `tolerance` of [sources.{source}], or set its `stale` to accept"
_OTHERWISE = "ask the courier for a body that can be read"


@dataclass(frozen=True, slots=True)
class _Group:
    """Deliveries of one source that were not used for one reason, the newest first."""

    source: str
    outcome: str
    reason: str
    deliveries: Sequence[UnusedDelivery]

    @property
    def latest(self) -> UnusedDelivery:
        """The newest of them."""
        return self.deliveries[0]

    @property
    def replay(self) -> str:
        """The command that reads them again."""
        if len(self.deliveries) == 1:
            return f"fulfillment deliveries replay {self.latest.id}"
        chosen = f"--reason {quote(self.reason)}" if self.reason else f"--outcome {quote(self.outcome)}"
        return f"fulfillment deliveries replay --source {quote(self.source)} {chosen}"

    @property
    def setting(self) -> str:
        """What would let them in, as an imperative."""
        if self.outcome == DeliveryOutcome.STALE:
            return STALE.format(source=self.source)
        known = self.reason in set(QuarantineReason)
        text = SETTINGS.get(QuarantineReason(self.reason), _OTHERWISE) if known else _OTHERWISE
        return text.format(source=self.source)


def unused(snapshot: Snapshot, settings: TodaysSettings) -> Iterator[str]:
    """Yield how many deliveries were not used for each reason, what would let them in, and the command for that."""
    for group in _groups(snapshot.unused):
        yield f"{_described(group)}, the latest of {when(group.latest.received_at, snapshot.now)}."
        yield _remedy(group, settings)
        if not _is_useless(group, settings):
            yield f"To take in what can be read now: {group.replay}"


def is_kept_out(snapshot: Snapshot) -> bool:
    """Tell whether the order waits for news that has come and was not used.

    It does, if the last word of a source about the order is a delivery that nobody has looked at.
    """
    is_parcels = snapshot.state is State.WAITING and snapshot.row.waiting == WaitReason.PARCELS
    waits = snapshot.state is State.SETTLED or is_parcels
    return waits and bool(_last_words(snapshot) or _refused_last(snapshot))


def kept_out(snapshot: Snapshot, answer: Answer, settings: TodaysSettings) -> Answer:
    """Return *answer*, or that an operator acts next, if news was kept out: see `is_kept_out`."""
    if not is_kept_out(snapshot):
        return answer
    if not (groups := _last_words(snapshot)):
        return _refused(snapshot, answer, _refused_last(snapshot)[0])
    group = groups[0]
    why = sentences(_described(group), _remedy(group, settings), answer.why)
    return _operator(snapshot, why, group.reason or group.outcome, group.replay, group.latest.received_at)


def _last_words(snapshot: Snapshot) -> list[_Group]:
    return [group for group in _groups(snapshot.unused) if _is_last_word(snapshot, group)]


def _refused_last(snapshot: Snapshot) -> list[RefusedDeliveries]:
    return [each for each in snapshot.refused if (each.open_at or 0) > _heard_at(snapshot, each.source)]


def _operator(snapshot: Snapshot, why: str, cause: str, command: str, since: Instant) -> Answer:
    sentence = f"You act next: news was not taken in, the latest of {when(since, snapshot.now)}."
    return Answer(Actor.OPERATOR, sentence, why, cause, command, since=since)


def _refused(snapshot: Snapshot, answer: Answer, refused: RefusedDeliveries) -> Answer:
    key, carrier, source = quote(str(snapshot.order.key)), snapshot.order.carrier, quote(refused.source)
    reason = QuarantineReason.NOT_YOUR_ORDER
    deliveries = counted(refused.count, "delivery", "deliveries")
    if carrier == refused.source:
        command = f"fulfillment deliveries replay --source {source} --reason {reason}"
        first = f"{refused.source} carries the order now: replay them."
    else:
        command = f"fulfillment orders assign {key} {source} --reason {WHY}"
        who = f"{carrier} carries it" if carrier else "nobody carries it"
        first = f"By the settings, {who}. If {refused.source} does, say so."
    why = sentences(f"{deliveries} of {refused.source} quarantined as {reason}", first, answer.why)
    return _operator(snapshot, why, reason, command, refused.open_at or refused.latest_at)


def _groups(deliveries: Sequence[UnusedDelivery]) -> list[_Group]:
    """Return *deliveries*, the newest first, by source and reason; the group with the newest one first."""
    ordered = sorted(deliveries, key=_kind)
    groups = [_Group(*kind, tuple(_newest_first(some))) for kind, some in groupby(ordered, _kind)]
    return sorted(groups, key=lambda group: group.latest.received_at, reverse=True)


def _newest_first(deliveries: Iterator[UnusedDelivery]) -> list[UnusedDelivery]:
    return sorted(deliveries, key=lambda delivery: (delivery.received_at, delivery.id), reverse=True)


def _kind(delivery: UnusedDelivery) -> tuple[str, str, str]:
    return delivery.source, delivery.outcome, delivery.reason


def _described(group: _Group) -> str:
    detail = f": {group.latest.detail}" if group.latest.detail else ""
    why = f" as {group.reason}{detail}" if group.reason else ""
    count = len(group.deliveries)
    is_stale = group.outcome == DeliveryOutcome.STALE
    state = "too old or too new for its time" if is_stale else f"quarantined{why}"
    number = f"Delivery {group.latest.id}" if count == 1 else counted(count, "delivery", "deliveries")
    return f"{number} of {group.source} about it {'is' if count == 1 else 'are'} {state}"


def _remedy(group: _Group, settings: TodaysSettings) -> str:
    if _is_useless(group, settings):
        return "A replay has changed nothing about it, and would not now."
    if all(delivery.id in settings.usable for delivery in group.deliveries):
        return "By today's settings it can be used: replay it."
    setting = group.setting
    return f"{setting[:1].upper()}{setting[1:]}; restart the receiver, and replay it."


def _is_useless(group: _Group, settings: TodaysSettings) -> bool:
    return all(each.replayed_at is not None and each.id not in settings.usable for each in group.deliveries)


def _is_last_word(snapshot: Snapshot, group: _Group) -> bool:
    is_open = any(each.replayed_at is None for each in group.deliveries)
    return is_open and group.latest.received_at > _heard_at(snapshot, group.source)


def _heard_at(snapshot: Snapshot, source: str) -> Instant:
    """Return when the latest event of *source* about the order was received; 0 without one."""
    events = (entry.recorded.event for entry in snapshot.event_entries)
    return max((event.received_at for event in events if event.source == source), default=0)
