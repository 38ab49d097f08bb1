"""What the plain deliveries of a group write: their rows, and the results that become receipts. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from worker.domain.kept import BOUNDED_OUTCOMES, KeptKey
from worker.domain.orders import OrderKey
from worker.ports import Delivery, Receipt
from worker.store.intake.carriers import KnownCarrier, carrier_columns
from worker.store.intake.due_orders import order_values
from worker.store.intake.events import complete, event_columns
from worker.store.intake.judgement import Judgement
from worker.store.intake.order_bodies import SMALLEST_COUNTED
from worker.store.intake.outcomes import IntakeResult
from worker.store.intake.plain.choice import Choice, by_order, index_of, room_for
from worker.store.intake.plain.known import Known, KnownOrder
from worker.store.intake.recording import delivery_columns, gravest
from worker.store.intake.statements import ORDER_WITH_NEW_EVENTS

Columns: TypeAlias = Mapping[str, Any]


ORDER_BECOMES = ", ".join(
    f"{column} = {value}"
    for column, value in {
        **ORDER_WITH_NEW_EVENTS,
        "carrier": "CASE WHEN orders.carrier = '' THEN excluded.carrier ELSE orders.carrier END",
        "carrier_by": "CASE WHEN orders.carrier = '' AND excluded.carrier != '' THEN excluded.carrier_by"
        " ELSE orders.carrier_by END",
        "body_bytes": "orders.body_bytes + excluded.body_bytes",
    }.items()
)
"""What an order becomes that is in the database already, in SQL. `excluded` is the row of `PlannedOrder.values`.

Only an order that nobody carries gets the carrier of `excluded`.
"""


class PlannedOrder(NamedTuple):
    """An order that becomes due: the values of its row, and what must be true of the row afterwards.

    It has at most *room* events, and the id *its_row* and the carrier *its_carrier* unless these are None.
    """

    key: OrderKey
    values: Columns
    room: int
    its_row: int | None
    its_carrier: str | None


class PlannedEvent(NamedTuple):
    """A new event, of the *delivery* with this number in the plan. Its order has *later* revisions after that of it."""

    order: OrderKey
    columns: Columns
    delivery: int
    later: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the plain deliveries of a group write. Orders are in the sequence of their locks, events in that of keys.

    *chosen* are the indexes of these deliveries in the group. *results* are theirs, with -n for the id of the n-th new
    event, which is not known yet. *kept* is how many of them are counted, because they move no order.
    """

    chosen: Sequence[int]
    results: Sequence[IntakeResult]
    deliveries: Sequence[Columns]
    orders: Sequence[PlannedOrder]
    events: Sequence[PlannedEvent]
    kept: Mapping[KeptKey, int]

    def receipts(self, delivery_ids: Sequence[int], event_ids: Sequence[int]) -> dict[int, Receipt]:
        """Return the receipts by the index of the delivery, when the ids of the rows are known."""
        receipts = {}
        for index, result, delivery_id in zip(self.chosen, self.results, delivery_ids, strict=True):
            number = result.event_id or 0
            event_id = event_ids[-number - 1] if number < 0 else result.event_id
            receipts[index] = result._replace(event_id=event_id).receipt(delivery_id)
        return receipts


def make_plan(deliveries: Sequence[Delivery], choice: Choice, known: Known) -> Plan:
    """Return what those of *deliveries* write that *choice* has chosen."""
    judgements = choice.judgements
    new = sorted((judgement for judgement in judgements if judgement.is_new), key=lambda each: each.arrival.identity)
    event_ids = {judgement.arrival.identity: -number for number, judgement in enumerate(new, 1)}
    taken = set(new)
    event_results = iter([complete(judgement, taken, event_ids) for judgement in judgements])
    numbers = {index: number for number, index in enumerate(dict.fromkeys(map(index_of, judgements)))}
    results = [gravest(deliveries[index], event_results) for index in numbers]
    rows = [delivery_columns(deliveries[index], result) for index, result in zip(numbers, results, strict=True)]
    orders = by_order(judgements)
    return Plan(
        chosen=[*numbers],
        results=results,
        deliveries=rows,
        orders=[
            _order(key, orders[key], known.orders.get(key), choice.carriers.get(key), _size(rows, numbers, orders[key]))
            for key in sorted(orders)
        ],
        events=_events(new, orders, numbers),
        kept=Counter(
            KeptKey(deliveries[index].source, result.outcome.value)
            for index, result in zip(numbers, results, strict=True)
            if result.outcome in BOUNDED_OUTCOMES
        ),
    )


def _order(
    key: OrderKey, judgements: Sequence[Judgement], order: KnownOrder | None, carrier: KnownCarrier | None, size: int
) -> PlannedOrder:
    values = order_values(key, judgements)
    values |= carrier_columns([judgement.arrival.event for judgement in judgements], carrier)
    if carrier and carrier.before.source:
        # Nothing changes this carrier. If an operator has just taken the order from it, `its_carrier` is not true.
        values |= {"carrier": "", "carrier_by": ""}
    repeated = next((judgement.known_event for judgement in judgements if judgement.known_event), None)
    return PlannedOrder(
        key,
        {**values, "body_bytes": size},
        room=room_for(judgements, order),
        its_row=repeated.order_row if repeated else None,
        its_carrier=carrier.after.source if carrier else None,
    )


def _size(rows: Sequence[Columns], numbers: Mapping[int, int], judgements: Sequence[Judgement]) -> int:
    """Return the bytes of the larger bodies of the new events among *judgements*."""
    its_rows = {numbers[index_of(judgement)] for judgement in judgements if judgement.is_new}
    sizes = [len(rows[number]["body"] or b"") for number in its_rows]
    return sum(size for size in sizes if size >= SMALLEST_COUNTED)


def _events(
    new: Sequence[Judgement], orders: Mapping[OrderKey, Sequence[Judgement]], numbers: Mapping[int, int]
) -> list[PlannedEvent]:
    later = {each: count for its_judgements in orders.values() for count, each in enumerate(reversed(its_judgements))}
    return [
        PlannedEvent(
            judgement.arrival.event.order,
            event_columns(judgement.arrival.event),
            numbers[index_of(judgement)],
            later[judgement],
        )
        for judgement in new
    ]
