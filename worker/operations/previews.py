"""What one act on one order would do, before it is done: by the rules of the worker, and without changing anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent
from worker.domain.instants import Instant
from worker.domain.lifecycle.forecast import Forecast
from worker.domain.overview.snapshot import EventEntry, Snapshot
from worker.domain.policy import Policy
from worker.domain.stages import Stage
from worker.operations.acts import ActName
from worker.operations.bulk import Act, expected, what_follows

IN_BULK: Mapping[ActName, Act] = {
    ActName.RETRY: Act.RETRY,
    ActName.RELEASE: Act.RELEASE,
    ActName.CLOSE: Act.CLOSE,
}
"""The acts on orders that can be done to many, by their names in the catalogue."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What follows from an act, in a sentence. *is_final*: the order would be completed, which cannot be undone."""

    sentence: str
    is_final: bool = False


def preview(snapshot: Snapshot, act: Act, policy: Policy) -> Preview:
    """Return what follows from *act*, which can be done to many orders."""
    is_final = act is not Act.CLOSE and _completes(expected(snapshot, act, policy))
    return Preview(what_follows(snapshot, act, policy), is_final)


def preview_advance(snapshot: Snapshot, stage: Stage, policy: Policy) -> Preview:
    """Return what follows when an operator says that the order has reached *stage*."""
    now, key = snapshot.now, snapshot.order.key
    event = Event(OPERATOR, f"{key}:{stage}:{now}", key, EventName(f"order.{stage}"), now, now)
    recorded = RecordedEvent(0, snapshot.order.revision + 1, event)
    after = replace(snapshot, event_entries=(*snapshot.event_entries, EventEntry(recorded)))
    follows = preview(after, Act.RETRY, policy)
    return replace(follows, is_final=follows.is_final or stage is Stage.COMPLETED)


def require_as_seen(snapshot: Snapshot, seen: Instant, stop: str) -> None:
    """Raise `IllegalRequest` unless the order is as it was when somebody decided to act.

    *seen* is the `updated_at` of its row then, and *stop* the reason of its stop, or empty. So an act that is sent
    twice is done once, and nobody acknowledges what came after the look.
    """
    if snapshot.row.updated_at != seen or snapshot.row.stop != stop:
        raise IllegalRequest(
            f"{snapshot.order.key} has changed since you looked at it: nothing was changed; look again"
        )


def _completes(forecast: Forecast) -> bool:
    return any(step.stage is Stage.COMPLETED for step in forecast.steps)
