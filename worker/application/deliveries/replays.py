"""Replays stored deliveries: reads them again with the receiver's own code and the present settings."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from webhook_receiver.profiles.formats import Format, format_of
from webhook_receiver.wiring import sources_of
from worker.application.context import Context
from worker.application.deliveries.problems import problem_text
from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome
from worker.operations.bulk import MAX_WAKE_UPS, ItemResult
from worker.operations.phrases import counted
from worker.ports import Delivery, Receipt
from worker.store.intake.intake import SqlIntake
from worker.store.intake.replay import REPLAYABLE
from worker.store.queries.deliveries import DeliveryDetails, DeliveryQueries, DeliveryRow

MAX_EVENTS_NAMED = 3
"""How many events of a delivery a preview names."""


@dataclass(frozen=True, slots=True)
class ReplayItem:
    """What became of one delivery, or would. *row* is the delivery before it; *outcome* is empty if it is skipped.

    *reason* is why it is still quarantined. *is_silenced*: `doctor` does not report it any more, because nothing about
    it has changed.
    """

    row: DeliveryRow
    result: ItemResult
    outcome: str = ""
    reason: str = ""
    sentence: str = ""
    is_silenced: bool = False


def replay(context: Context, delivery: DeliveryDetails, note: str) -> Receipt:
    """Read *delivery* again, record the result, and enqueue wake-ups for its orders.

    *note* says who did it and why. Raises `IllegalRequest` when it cannot be read again.
    """
    # Before the replay is recorded, because `queue_url` may be wrong.
    wake_ups = context.operations.wake_ups
    receipt = Replays(context).replay(delivery, note)
    wake_ups.enqueue(receipt.wake_ups)
    return receipt


class Replays:
    """Replays deliveries, without wake-ups. The profile of each source is compiled once."""

    def __init__(self, context: Context) -> None:
        self._sources = sources_of(context.settings)
        self._formats: dict[str, Format] = {}
        self._intake = SqlIntake(context.database)

    def replay(self, delivery: DeliveryDetails, note: str) -> Receipt:
        """Read *delivery* again, and record the result. Raises `IllegalRequest` when it cannot be read again."""
        return self._intake.replay(delivery.row.id, self.read(delivery), note)

    def read(self, delivery: DeliveryDetails) -> Delivery:
        """Read *delivery* again, and change nothing. Raises `IllegalRequest` when it cannot be read again."""
        row, body = delivery.row, delivery.body
        its_format = self._format(row.source)
        if body is None:
            raise IllegalRequest(f"the body of delivery {row.id} was not kept: its outcome is {row.outcome}")
        return its_format.read(body, row.received_at)

    def _format(self, name: str) -> Format:
        if name not in self._formats:
            if name not in self._sources:
                raise IllegalRequest(f"the settings name no source {name}: its rules are needed to read the delivery")
            self._formats[name] = format_of(self._sources[name])
        if self._formats[name].captures:
            raise IllegalRequest(f"the profile of {name} keeps deliveries and reads none: give {name} a profile first")
        return self._formats[name]


def plan_replays(context: Context, delivery_ids: Iterable[int]) -> Iterator[ReplayItem]:
    """Yield what a replay of each delivery would do. Nothing is changed."""
    replays, queries = Replays(context), DeliveryQueries(context.database)
    for delivery_id in delivery_ids:
        _, delivery = queries.show(delivery_id)
        if delivery is not None:
            yield plan_replay(replays, delivery)


def is_replayable(row: DeliveryRow, orders: Iterable[OrderKey]) -> bool:
    """Tell whether a replay can change anything: it could not be used, or one of its *orders* is not found."""
    return row.outcome in REPLAYABLE or any(order.reference for order in orders)


def _require_replayable(delivery: DeliveryDetails) -> None:
    if not is_replayable(delivery.row, (event.order for event in delivery.events)):
        raise IllegalRequest(f"delivery {delivery.row.id} is {delivery.row.outcome}: its events are in the database")


def plan_replay(replays: Replays, delivery: DeliveryDetails) -> ReplayItem:
    """Return what a replay of *delivery* would do."""
    try:
        _require_replayable(delivery)
        reading = replays.read(delivery)
    except IllegalRequest as error:
        return ReplayItem(delivery.row, ItemResult.SKIPPED, sentence=str(error))
    outcome = DeliveryOutcome.ACCEPTED if reading.events else DeliveryOutcome.IGNORED
    outcome = DeliveryOutcome.QUARANTINED if reading.unusable else outcome
    return ReplayItem(
        delivery.row,
        ItemResult.PLANNED,
        outcome,
        reading.unusable or "",
        _what_follows(reading),
        is_silenced=_is_same(delivery.row, reading),
    )


def _is_same(row: DeliveryRow, reading: Delivery) -> bool:
    """Tell whether the delivery is quarantined as before."""
    before = (row.outcome, row.reason or "", row.detail or "")
    return before == (DeliveryOutcome.QUARANTINED, reading.unusable or "", reading.detail or "")


def _what_follows(reading: Delivery) -> str:
    """Return what becomes of a delivery that is read as *reading*. An event whose key is known changes nothing."""
    events = [f"{event.name} of {event.order}" for event in reading.events[:MAX_EVENTS_NAMED]]
    more = len(reading.events) - len(events)
    taken = ", ".join([*events, *([f"and {counted(more, 'event', 'events')} more"] if more else [])])
    if reading.unusable:
        still = f"it is still quarantined: {problem_text(reading.unusable, reading.detail)}"
        return f"{still}; it brings {taken}" if taken else still
    return f"it brings {taken}" if taken else "it is of no interest now: it is deleted, and counted as ignored"


def carry_out_replays(context: Context, delivery_ids: Iterable[int], note: str) -> Iterator[ReplayItem]:
    """Replay deliveries one after another, and yield what became of each. Raises `StoreUnavailable`.

    Each is recorded by itself, so after an interruption the same command goes on with the others. *note* says who did
    it and why.
    """
    wake_ups, replays, queries = context.operations.wake_ups, Replays(context), DeliveryQueries(context.database)
    keys = dict[OrderKey, None]()
    try:
        for delivery_id in delivery_ids:
            _, delivery = queries.show(delivery_id)
            if delivery is None:  # somebody else has just replayed it, and it was of no interest
                continue
            try:
                receipt = replays.replay(delivery, note)
            except IllegalRequest as error:
                yield ReplayItem(delivery.row, ItemResult.SKIPPED, sentence=str(error))
                continue
            if len(keys) < MAX_WAKE_UPS:
                keys |= dict.fromkeys(receipt.wake_ups)
            yield _done(queries, delivery.row, receipt)
    finally:
        wake_ups.enqueue(list(keys)[:MAX_WAKE_UPS])


def _done(queries: DeliveryQueries, before: DeliveryRow, receipt: Receipt) -> ReplayItem:
    is_silenced = False
    if receipt.outcome is DeliveryOutcome.QUARANTINED:
        _, after = queries.show(before.id)
        is_silenced = after is not None and after.row.replayed_at is not None
    return ReplayItem(before, ItemResult.DONE, receipt.outcome, receipt.reason or "", is_silenced=is_silenced)


@dataclass(slots=True)
class ReplaySummary:
    """What became of many deliveries. *problems* are the sentences about those that could not be read again."""

    outcomes: Counter[DeliveryOutcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of the deliveries that are still quarantined."""
    silenced: int = 0
    """How many of these `doctor` does not report any more, because nothing about them has changed."""
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, item: ReplayItem) -> None:
        """Count one delivery."""
        if item.result is ItemResult.SKIPPED:
            self.problems[item.sentence] += 1
            return
        self.outcomes[DeliveryOutcome(item.outcome)] += 1
        self.silenced += item.is_silenced
        if item.reason:
            self.reasons[item.reason] += 1

    @property
    def needs_a_person(self) -> bool:
        """Whether some deliveries are still quarantined, or could not be read."""
        return bool(self.reasons or self.problems)
