"""Sentences about the events of an order: what each kind of them says, and what they justify together."""

from collections.abc import Iterator
from itertools import groupby

from worker.domain.events import LOSSES, STAGE_OF, EventName, RecordedEvent
from worker.domain.evidence import Evidence
from worker.domain.snapshot import Snapshot
from worker.domain.stages import Stage, stages_ahead
from worker.operations.instants import moment

MAX_PARCELS = 5
"""How many tracking numbers a sentence names."""


def describe_evidence(snapshot: Snapshot, evidence: Evidence) -> Iterator[str]:
    """Say what each kind of event says, how many parcels have arrived, and what all events justify together."""
    if not snapshot.events:
        yield "There is no event of this order."
        return
    for (source, name), same in groupby(sorted(snapshot.events, key=_kind), _kind):
        yield _describe_kind(source, name, list(same), evidence)
    if evidence.parcels > 1 or evidence.delivered:
        yield f"{evidence.delivered} of {evidence.parcels} parcels have arrived{_numbers(evidence)}."
    yield _justified(snapshot, evidence)


def _kind(recorded: RecordedEvent) -> tuple[str, str]:
    return recorded.event.source, recorded.event.name


def _describe_kind(source: str, name: str, same: list[RecordedEvent], evidence: Evidence) -> str:
    event = same[0].event
    times = f"{len(same)} × " if len(same) > 1 else ""
    latest = max(recorded.event.occurred_at for recorded in same)
    note = f" (“{event.note}”)" if event.note and len(same) == 1 else ""
    of = "the last of" if times else "of"
    return f"{times}{name} from {source}, {of} {moment(latest)}, {_meaning(event.name, same, evidence)}{note}."


def _meaning(name: EventName, same: list[RecordedEvent], evidence: Evidence) -> str:
    if name in STAGE_OF:
        return f"says {STAGE_OF[name]}"
    if any(recorded.id in evidence.alarms for recorded in same):
        return "asks for a person"
    # A cancellation before the pick-up is no alarm; an operator has acknowledged the other alarms.
    return "was acknowledged by an operator" if name in LOSSES else "moves nothing by itself"


def _numbers(evidence: Evidence) -> str:
    numbers = [number for number, _ in evidence.tracking[:MAX_PARCELS]]
    more = ", …" if len(evidence.tracking) > MAX_PARCELS else ""
    return f" ({', '.join(numbers)}{more})" if numbers else ""


def _justified(snapshot: Snapshot, evidence: Evidence) -> str:
    if evidence.target is Stage.PENDING:
        return "None of this justifies a step."
    ahead = stages_ahead(snapshot.order.stage or Stage.PENDING, evidence.target)
    unnamed = [stage for stage in ahead[:-1] if stage not in evidence.named]
    inferred = f"; no event names {' or '.join(unnamed)}, which is inferred" if unnamed else ""
    return f"Together this justifies {evidence.target}{inferred}."
