"""The plain way on SQLite: a few short statements for each delivery, in one transaction that the caller opens.

The transaction has the write lock from its beginning, so what was looked up stays true.
"""

from collections.abc import Collection, Mapping

from worker.domain.kept import Amount, KeptBounds
from worker.ports import Receipt
from worker.store.database.statement import RowConflict, Run, Statement
from worker.store.intake.arrivals import KnownEvent
from worker.store.intake.plain.known import Known, KnownOrder, Name, Questions
from worker.store.intake.plain.plan import ORDER_BECOMES, Plan

KNOWN_EVENT = Statement("""
SELECT events.id, delivery_id, order_row, name, tracking, reference, account, order_id
FROM events JOIN orders ON orders.id = events.order_row
WHERE source = :source AND key = :key
""")
"""Selects the event of a source with a key, and its order."""

KNOWN_ORDER = Statement("""
SELECT id, event_count, lane, read_at, carrier, carrier_by, body_bytes
FROM orders WHERE account = :account AND order_id = :order_id
""")
"""Selects what the judgement needs of an order."""

_AWAITED = "SELECT 1 FROM events WHERE searched_in = :account AND searched_in != ''"
AWAITS_ANY = {
    "tracking": Statement(f"{_AWAITED} AND tracking != '' LIMIT 1"),
    "shipment": Statement(f"{_AWAITED} AND shipment != '' LIMIT 1"),
}
"""Select a row if any reference of an account waits for a name of this kind. Mostly none does."""

AWAITS = {
    "tracking": Statement(f"{_AWAITED} AND tracking != '' AND tracking_form = :name LIMIT 1"),
    "shipment": Statement(f"{_AWAITED} AND shipment != '' AND shipment = :name LIMIT 1"),
}
"""Select a row if a reference of an account waits for one name."""

INSERT_DELIVERY = Statement("""
INSERT INTO deliveries (source, received_at, outcome, detail, body, encoding, body_size, peer, headers)
VALUES (:source, :received_at, :outcome, :detail, :body, :encoding, :body_size, :peer, :headers)
RETURNING id
""")

MAKE_ORDER_DUE = Statement(f"""
INSERT INTO orders (account, order_id, revision, event_count, due, first_seen_at, updated_at,
  carrier, carrier_by, reported_by, body_bytes)
VALUES (:account, :order_id, :revisions, :new_events, :now, :now, :last,
  :carrier, :carrier_by, :reported_by, :body_bytes)
ON CONFLICT (account, order_id) DO UPDATE SET
  {ORDER_BECOMES}
RETURNING id, revision
""")  # noqa: S608 - no values

INSERT_EVENT = Statement("""
INSERT INTO events (source, key, delivery_id, order_row, revision, name, occurred_at, received_at,
  tracking, tracking_url, parcels, note, shipment, searched_in, restricted, carrier, result)
VALUES (:source, :key, :delivery_id, :order_row, :revision, :name, :occurred_at, :received_at,
  :tracking, :tracking_url, :parcels, :note, :shipment, '', :restricted, :carrier, 'pending')
RETURNING id
""")

COUNT_KEPT = Statement("""
INSERT INTO kept (source, outcome, deliveries) VALUES (:source, :outcome, :deliveries)
ON CONFLICT (source, outcome) DO UPDATE SET deliveries = kept.deliveries + excluded.deliveries
RETURNING deliveries, bytes
""")
"""Counts deliveries that move no order."""


def look_up(run: Run, asked: Questions) -> Known:
    """Return what the database knows of what a group asks."""
    events = {each: run(KNOWN_EVENT, {"source": each[0], "key": each[1]}) for each in asked.identities}
    orders = {key: run(KNOWN_ORDER, {"account": key.account, "order_id": key.order_id}) for key in asked.orders}
    return Known(
        {identity: KnownEvent(*rows[0]) for identity, rows in events.items() if rows},
        {key: KnownOrder(*rows[0]) for key, rows in orders.items() if rows},
        _awaited(run, asked.names),
    )


def _awaited(run: Run, names: Collection[Name]) -> set[Name]:
    kinds = {(account, kind) for account, kind, _ in names}
    asked = {each for each in kinds if run(AWAITS_ANY[each[1]], {"account": each[0]})}
    return {
        (account, kind, name)
        for account, kind, name in names
        if (account, kind) in asked and run(AWAITS[kind], {"account": account, "name": name})
    }


def write(run: Run, plan: Plan, bounds: Mapping[str, KeptBounds]) -> dict[int, Receipt]:
    """Write what a group plans, and return the receipts by the index of the delivery.

    *bounds*, by source, are the most that is kept of what moves no order; other sources have the defaults. Raises
    `RowConflict` when there is no room for more.
    """
    delivery_ids = [run(INSERT_DELIVERY, row)[0][0] for row in plan.deliveries]
    due = {order.key: run(MAKE_ORDER_DUE, order.values)[0] for order in plan.orders}
    event_ids = []
    for event in plan.events:
        order_row, revision = due[event.order]
        its_place = {"order_row": order_row, "revision": revision - event.later}
        ((event_id,),) = run(INSERT_EVENT, {**event.columns, **its_place, "delivery_id": delivery_ids[event.delivery]})
        event_ids.append(event_id)
    for key, count in plan.kept.items():
        ((deliveries, size),) = run(COUNT_KEPT, {**key._asdict(), "deliveries": count})
        if bounds.get(key.source, KeptBounds()).exceeded_by(Amount(deliveries, size)):
            raise RowConflict
    return plan.receipts(delivery_ids, event_ids)
