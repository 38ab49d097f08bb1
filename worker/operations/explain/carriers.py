"""Sentences about the carrier of an order, and about what sources have said that do not carry it."""

from collections.abc import Iterator
from shlex import quote

from worker.domain.evidence.carriers import of_carrier
from worker.domain.overview.snapshot import RefusedDeliveries, Snapshot
from worker.domain.reasons import QuarantineReason
from worker.operations.instants import when
from worker.operations.phrases import WHY, by_word_of, counted, join_items


def carrier(snapshot: Snapshot) -> Iterator[str]:
    """Yield who carries the order, and by whose word; nothing while nobody does."""
    order = snapshot.order
    if order.carrier:
        own = order.carrier_by in {"", order.carrier}
        yield f"{order.carrier} carries it{'' if own else f', {by_word_of(order.carrier_by)}'}."


def without_effect(snapshot: Snapshot) -> Iterator[str]:
    """Yield a sentence about the events that do not count, because their source does not carry the order any more."""
    recorded = [entry.recorded for entry in snapshot.event_entries]
    counting = {each.id for each in of_carrier(recorded, snapshot.order.counting_source)}
    others = [each for each in recorded if each.id not in counting]
    if others:
        sources = join_items(sorted({each.event.source for each in others}), "and")
        does = "does" if len(others) == 1 else "do"
        yield f"{counted(len(others), 'event', 'events')} of {sources} {does} not count: {_who(snapshot)}."


def refused(snapshot: Snapshot) -> Iterator[str]:
    """Yield how many deliveries of each source were refused, and the commands in case that it carries the order."""
    for deliveries in snapshot.refused:
        number, source = counted(deliveries.count, "delivery", "deliveries"), deliveries.source
        latest = when(deliveries.latest_at, snapshot.now)
        are = "is" if deliveries.count == 1 else "are"
        reason = QuarantineReason.NOT_YOUR_ORDER
        yield f"{number} of {source} about it {are} quarantined ({reason}), the latest of {latest}: {_who(snapshot)}."
        yield from _commands(snapshot, deliveries)


def _who(snapshot: Snapshot) -> str:
    return f"{snapshot.order.carrier} carries the order" if snapshot.order.carrier else "nobody carries the order yet"


def _commands(snapshot: Snapshot, deliveries: RefusedDeliveries) -> Iterator[str]:
    key, source = quote(str(snapshot.order.key)), deliveries.source
    carries_it = source == snapshot.order.carrier
    if not carries_it:
        yield f"If {source} carries it: fulfillment orders assign {key} {source} --reason {WHY}"
    yield (
        f"{'Take' if carries_it else 'After that, take'} in what it has said: fulfillment deliveries replay"
        f" --source {source} --reason {QuarantineReason.NOT_YOUR_ORDER}"
    )
