"""Replays stored deliveries: reads them again with the receiver's own code and the present settings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from webhook_receiver.formats import Format, format_of
from webhook_receiver.wiring import sources_of
from worker.cli.context import Context
from worker.domain.errors import IllegalRequest
from worker.domain.orders import OrderKey
from worker.domain.reasons import DeliveryOutcome
from worker.ports import Receipt
from worker.store.intake.intake import SqlIntake
from worker.store.queries.deliveries import DeliveryDetails, DeliveryQueries

MAX_WAKE_UPS = 100
"""How many wake-ups many replays enqueue. The scheduler finds the other orders, and takes a few at a time."""


def replay(context: Context, delivery: DeliveryDetails) -> Receipt:
    """Read *delivery* again, record the result, and enqueue wake-ups for its orders.

    Raises `IllegalRequest` when it cannot be read again.
    """
    # Before the replay is recorded, because `queue_url` may be wrong.
    wake_ups = context.operations.wake_ups
    receipt = Replays(context).replay(delivery)
    wake_ups.enqueue(receipt.wake_ups)
    return receipt


class Replays:
    """Replays deliveries, without wake-ups. The profile of each source is compiled once."""

    def __init__(self, context: Context) -> None:
        self._sources = sources_of(context.settings)
        self._formats: dict[str, Format] = {}
        self._intake = SqlIntake(context.database)

    def replay(self, delivery: DeliveryDetails) -> Receipt:
        """Read *delivery* again, and record the result. Raises `IllegalRequest` when it cannot be read again."""
        row, body = delivery.row, delivery.body
        its_format = self._format(row.source)
        if body is None:
            raise IllegalRequest(f"the body of delivery {row.id} was not kept: its outcome is {row.outcome}")
        return self._intake.replay(row.id, its_format.read(body, row.received_at))

    def _format(self, name: str) -> Format:
        if name not in self._formats:
            if name not in self._sources:
                raise IllegalRequest(f"the settings name no source {name}: its rules are needed to read the delivery")
            self._formats[name] = format_of(self._sources[name])
        if self._formats[name].captures:
            raise IllegalRequest(f"the profile of {name} keeps deliveries and reads none: give {name} a profile first")
        return self._formats[name]


@dataclass(slots=True)
class ReplaySummary:
    """What became of many deliveries. *problems* are the sentences about those that could not be read again."""

    outcomes: Counter[DeliveryOutcome] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Of the deliveries that are still quarantined."""
    silenced: int = 0
    """How many of these `doctor` does not report any more, because nothing about them has changed."""
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, receipt: Receipt) -> None:
        """Count one delivery that was replayed."""
        self.outcomes[receipt.outcome] += 1
        if receipt.reason:
            self.reasons[receipt.reason] += 1


def replay_all(context: Context, delivery_ids: Iterable[int]) -> ReplaySummary:
    """Replay deliveries one after another, and return what became of them. Raises `StoreUnavailable`.

    Each is recorded by itself, so after an interruption the same command goes on with the others.
    """
    wake_ups, replays, queries = context.operations.wake_ups, Replays(context), DeliveryQueries(context.database)
    summary, keys = ReplaySummary(), dict[OrderKey, None]()
    for delivery_id in delivery_ids:
        _, delivery = queries.show(delivery_id)
        if delivery is None:  # somebody else has just replayed it, and it was of no interest
            continue
        try:
            receipt = replays.replay(delivery)
        except IllegalRequest as error:
            summary.problems[str(error)] += 1
            continue
        summary.add(receipt)
        if receipt.outcome is DeliveryOutcome.QUARANTINED:
            _, after = queries.show(delivery_id)
            summary.silenced += after is not None and after.row.replayed_at is not None
        if len(keys) < MAX_WAKE_UPS:
            keys |= dict.fromkeys(receipt.wake_ups)
    wake_ups.enqueue(list(keys)[:MAX_WAKE_UPS])
    return summary
