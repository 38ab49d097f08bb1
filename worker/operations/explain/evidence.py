"""Sentences about the events of an order: the meaning of each kind, and the stage that all together justify."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from worker.domain.events import LOSSES, OPERATOR, STAGE_OF, EventName, RecordedEvent
from worker.domain.evidence.evidence import Evidence
from worker.domain.evidence.parcels import ALARMING
from worker.domain.orders import Order
from worker.domain.overview.snapshot import Snapshot
from worker.domain.stages import Stage, TerminalStatus, stages_ahead
from worker.operations.explain.parcels import ids_put_away
from worker.operations.instants import moment
from worker.operations.phrases import counted, join_items

MAX_NUMBERS = 5
"""How many tracking numbers a sentence names."""


def describe_evidence(snapshot: Snapshot, evidence: Evidence) -> Iterator[str]:
    """Yield a sentence for each kind of event, about the parcels that have arrived, and about the justified stage."""
    if not snapshot.events:
        yield "There is no event of this order."
        return
    for _, events in groupby(sorted(snapshot.events, key=_kind), _kind):
        yield _describe_kind(list(events), snapshot, evidence)
    if evidence.parcels > 1 or evidence.delivered:
        yield from _parcels(evidence)
    yield _justified(snapshot.order, evidence)


def _kind(recorded: RecordedEvent) -> tuple[str, str]:
    return recorded.event.source, recorded.event.name


def _describe_kind(events: list[RecordedEvent], snapshot: Snapshot, evidence: Evidence) -> str:
    event = events[0].event
    times, of = (f"{len(events)} × ", "the last of") if len(events) > 1 else ("", "of")
    latest = max(recorded.event.occurred_at for recorded in events)
    note = f" (“{event.note}”)" if event.note and len(events) == 1 else ""
    meaning = _meaning(events, snapshot.events, snapshot.order, evidence)
    return f"{times}{event.name} from {event.source}, {of} {moment(latest)}, {meaning}{note}."


def _meaning(events: list[RecordedEvent], all_events: Sequence[RecordedEvent], order: Order, evidence: Evidence) -> str:
    name, put_away = events[0].event.name, ids_put_away(all_events)
    if name in STAGE_OF:
        return f"says {STAGE_OF[name]}"
    if any(recorded.id in evidence.alarms for recorded in events):
        if isinstance(order.closed, TerminalStatus):
            return f"needs nobody, because the order is {order.closed}"
        return "asks for a person"
    if (name, events[0].event.source) == (EventName.CANCELLED, OPERATOR):
        return "puts a parcel away: an operator's `parcels drop`"
    if name in ALARMING and all(recorded.id in put_away for recorded in events):
        return "is about a parcel that an operator has put away"
    # A cancellation before the pick-up is no alarm. Other losses without an alarm were acknowledged by an operator.
    return "was acknowledged by an operator" if name in LOSSES else "moves nothing by itself"


def _parcels(evidence: Evidence) -> Iterator[str]:
    """Count the parcels. The tracking numbers are in another sentence, because these need not have arrived."""
    has = "has" if evidence.delivered == 1 else "have"
    yield f"{evidence.delivered} of {counted(evidence.parcels, 'parcel', 'parcels')} {has} arrived."
    numbers = [number for number, _ in evidence.tracking[:MAX_NUMBERS]]
    more = ", …" if len(evidence.tracking) > MAX_NUMBERS else ""
    if numbers:
        label = "tracking number is" if len(evidence.tracking) == 1 else "tracking numbers are"
        yield f"The known {label} {', '.join(numbers)}{more}."


def _justified(order: Order, evidence: Evidence) -> str:
    if evidence.target is Stage.PENDING:
        return "None of this justifies a step."
    ahead = stages_ahead(order.stage or Stage.PENDING, evidence.target)
    unnamed = [stage for stage in ahead[:-1] if stage not in evidence.named]
    if not unnamed:
        return f"Together this justifies {evidence.target}."
    are = "is" if len(unnamed) == 1 else "are"
    return (
        f"Together this justifies {evidence.target}; no event names {join_items(unnamed, 'or')}, which {are} inferred."
    )
