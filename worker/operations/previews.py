"""What one act on one order would do, before it is done: by the rules of the worker, and without changing anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from worker.domain.errors import IllegalRequest
from worker.domain.events import OPERATOR, Event, EventName, RecordedEvent
from worker.domain.instants import Instant
from worker.domain.lifecycle.forecast import Forecast
from worker.domain.overview.snapshot import EventEntry, Snapshot
from worker.domain.policy import Policy
from worker.domain.stages import Stage, has_reached
from worker.operations.acts import ActName
from worker.operations.bulk import Act, expected, what_follows
from worker.operations.parcels.parcels import events_about


@dataclass(frozen=True, slots=True)
class Preview:
    """What follows from an act, in a sentence. *is_final*: the order would be completed, which cannot be undone."""

    sentence: str
    is_final: bool = False

    @property
    def text(self) -> str:
        """The sentence, and the warning of what cannot be undone."""
        return f"{self.sentence}.{' A completion cannot be undone.' if self.is_final else ''}"


def preview(snapshot: Snapshot, act: Act, policy: Policy) -> Preview:
    """Return what follows from *act*, which can be done to many orders."""
    is_final = act is not Act.CLOSE and _completes(expected(snapshot, act, policy))
    return Preview(what_follows(snapshot, act, policy), is_final)


def preview_advance(snapshot: Snapshot, stage: Stage, policy: Policy) -> Preview:
    """Return what follows when an operator says that the order has reached *stage*."""
    follows = preview(_with_event(snapshot, EventName(f"order.{stage}")), Act.RETRY, policy)
    return replace(follows, is_final=follows.is_final or stage is Stage.COMPLETED)


def preview_assign(snapshot: Snapshot, source: str, policy: Policy) -> Preview:
    """Return what follows when *source* carries the order, or nobody if it is empty."""
    order = replace(snapshot.order, carrier=source, carrier_by=OPERATOR if source else "")
    return _reconciled(replace(snapshot, row=replace(snapshot.row, order=order)), policy)


def preview_find() -> Preview:
    """Return what follows when a reference is given to an order."""
    return Preview("that order gets all of these events, and takes its steps by them")


def preview_add(snapshot: Snapshot) -> Preview:
    """Return what follows when a parcel of the order is registered."""
    order = snapshot.order
    if order.closed or (order.stage and has_reached(order.stage, Stage.DELIVERED)):
        return Preview(f"nothing waits for this parcel, because the order is {order.closed or order.stage}")
    return Preview("the order is delivered when this parcel, too, has arrived")


def preview_drop(snapshot: Snapshot, tracking: str, policy: Policy) -> Preview:
    """Return what follows when the parcel *tracking* is put away."""
    return _reconciled(_with_event(snapshot, EventName.CANCELLED, tracking), policy)


def preview_remove(snapshot: Snapshot, tracking: str, policy: Policy) -> Preview:
    """Return what follows when the registration of the parcel *tracking* is taken back."""
    removed = {recorded.id for recorded in events_about(snapshot.events, tracking)}
    entries = tuple(entry for entry in snapshot.event_entries if entry.recorded.id not in removed)
    if snapshot.order.read_at is None and not entries and not snapshot.writes:
        return Preview("the order is deleted, because nothing else is known of it")
    return _reconciled(replace(snapshot, event_entries=entries), policy)


PREVIEWS: Mapping[ActName, Callable[[Snapshot, str, Policy], Preview]] = {
    ActName.ADVANCE: lambda snapshot, stage, policy: preview_advance(snapshot, Stage(stage), policy),
    ActName.RETRY: lambda snapshot, _, policy: preview(snapshot, Act.RETRY, policy),
    ActName.RELEASE: lambda snapshot, _, policy: preview(snapshot, Act.RELEASE, policy),
    ActName.CLOSE: lambda snapshot, _, policy: preview(snapshot, Act.CLOSE, policy),
    ActName.ASSIGN: preview_assign,
    ActName.FIND: lambda *_: preview_find(),
    ActName.ADD_PARCEL: lambda snapshot, *_: preview_add(snapshot),
    ActName.REMOVE_PARCEL: preview_remove,
    ActName.DROP_PARCEL: preview_drop,
}
"""The preview of each act on an order, with what was chosen: a stage, a source or a tracking number."""


def _with_event(snapshot: Snapshot, name: EventName, tracking: str = "") -> Snapshot:
    """Return *snapshot* as it is after an operator's event."""
    now, key = snapshot.now, snapshot.order.key
    event = Event(OPERATOR, f"{key}:{name}:{now}", key, name, now, now, tracking)
    entry = EventEntry(RecordedEvent(0, snapshot.order.revision + 1, event))
    return replace(snapshot, event_entries=(*snapshot.event_entries, entry))


def _reconciled(snapshot: Snapshot, policy: Policy) -> Preview:
    """Return what the next reconciliation does. A stopped order has none."""
    if snapshot.row.stop:
        return Preview(f"the order stays stopped ({snapshot.row.stop}) until somebody releases it")
    return preview(snapshot, Act.RETRY, policy)


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
