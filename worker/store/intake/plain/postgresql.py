"""The plain way on PostgreSQL: one statement looks up what a group asks, and one writes what it plans.

Each is a transaction of its own. Nothing is locked between them, so the second one checks what the first one has read:
if that is not true any more, it breaks a constraint and writes nothing, and the general way takes the deliveries.

Values come as JSON, because the driver takes longer to make arrays.
"""

import json
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from typing import Any

from worker.domain.kept import KeptBounds, KeptKey
from worker.domain.orders import OrderKey
from worker.ports import Receipt
from worker.store.database.statement import Run, Statement
from worker.store.intake.arrivals import KnownEvent
from worker.store.intake.order_bodies import MAX_BYTES
from worker.store.intake.plain.known import Known, KnownOrder, Questions
from worker.store.intake.plain.plan import ORDER_BECOMES, Plan, PlannedEvent, PlannedOrder

LOOK_UP = Statement("""
SELECT
  (SELECT json_agg(json_build_array(asked.source, asked.key,
        found.id, found.delivery_id, found.order_row, found.name, found.tracking, found.reference,
        found.account, found.order_id))
    FROM json_to_recordset(:identities) AS asked (source text, key text),
    LATERAL (SELECT events.*, orders.account, orders.order_id
      FROM events JOIN orders ON orders.id = events.order_row
      WHERE events.source = asked.source AND events.key = asked.key LIMIT 1) AS found),
  (SELECT json_agg(json_build_array(asked.account, asked.order_id,
        found.id, found.event_count, found.lane, found.read_at, found.carrier, found.carrier_by, found.body_bytes))
    FROM json_to_recordset(:orders) AS asked (account text, order_id text),
    LATERAL (SELECT * FROM orders
      WHERE orders.account = asked.account AND orders.order_id = asked.order_id LIMIT 1) AS found),
  (SELECT json_agg(json_build_array(asked.account, asked.kind, asked.name))
    FROM json_to_recordset(:names) AS asked (account text, kind text, name text)
    WHERE (asked.kind = 'tracking' AND EXISTS (SELECT FROM events WHERE searched_in != '' AND tracking != ''
        AND searched_in = asked.account AND tracking_form = asked.name))
      OR (asked.kind = 'shipment' AND EXISTS (SELECT FROM events WHERE searched_in != '' AND shipment != ''
        AND searched_in = asked.account AND shipment = asked.name)))
""")
"""Selects three JSON arrays: the known events, the known orders, and the names for which references may wait.

Each row is looked up in an index, however small the tables were when the server made its plan.
"""

WRITE = Statement(f"""
WITH its_deliveries AS MATERIALIZED (
  SELECT nextval('deliveries_id_seq') AS id, asked.*
  FROM ROWS FROM (json_to_recordset(:deliveries) AS (
    source text, received_at bigint, outcome text, detail text, body text, encoding text, body_size bigint, peer text,
    headers text
  )) WITH ORDINALITY AS asked (source, received_at, outcome, detail, body, encoding, body_size, peer, headers, n)
), its_orders AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:orders) AS asked (
    account text, order_id text, revisions bigint, new_events int, now bigint, last bigint,
    carrier text, carrier_by text, reported_by text, body_bytes bigint, most_body_bytes bigint,
    room int, its_row bigint, its_carrier text)
), its_events AS MATERIALIZED (
  SELECT nextval('events_id_seq') AS id, asked.*
  FROM ROWS FROM (json_to_recordset(:events) AS (
    source text, key text, name text, occurred_at bigint, received_at bigint, tracking text, tracking_url text,
    parcels int, note text, shipment text, restricted boolean, carrier text,
    account text, order_id text, delivery int, later bigint
  )) WITH ORDINALITY AS asked (
    source, key, name, occurred_at, received_at, tracking, tracking_url,
    parcels, note, shipment, restricted, carrier, account, order_id, delivery, later, n)
), its_kept AS MATERIALIZED (
  SELECT * FROM json_to_recordset(:kept) AS asked (
    source text, outcome text, deliveries bigint, most_deliveries bigint, most_bytes bigint)
), delivered AS (
  INSERT INTO deliveries (id, source, received_at, outcome, reason, detail, body, encoding, body_size, peer, headers)
  SELECT id, source, received_at, outcome, '', detail, decode(body, 'base64'), encoding, body_size, peer, headers
  FROM its_deliveries ORDER BY n
), due AS (
  INSERT INTO orders (account, order_id, revision, event_count, due, first_seen_at, updated_at,
    carrier, carrier_by, reported_by, body_bytes)
  SELECT account, order_id, revisions, new_events, now, now, last, carrier, carrier_by, reported_by, body_bytes
  FROM its_orders
  ON CONFLICT (account, order_id) DO UPDATE SET
    {ORDER_BECOMES}
  RETURNING id, account, order_id, revision, event_count, carrier, body_bytes
), written AS (
  INSERT INTO events (id, source, key, delivery_id, order_row, revision, name, occurred_at, received_at,
    tracking, tracking_url, parcels, note, shipment, searched_in, restricted, carrier, result)
  SELECT its_events.id, its_events.source, key, its_deliveries.id, due.id, due.revision - later, name, occurred_at,
    its_events.received_at, tracking, tracking_url, parcels, note, shipment, '', restricted, its_events.carrier,
    'pending'
  FROM its_events
  JOIN due USING (account, order_id)
  JOIN its_deliveries ON its_deliveries.n = its_events.delivery
  -- Every order is locked before the first key is written, as in the general way.
  WHERE (SELECT count(*) FROM due) >= 0
  ORDER BY its_events.n
  RETURNING id
), counted AS (
  INSERT INTO kept (source, outcome, deliveries)
  SELECT source, outcome, deliveries FROM its_kept WHERE (SELECT count(*) FROM written) >= 0
  ON CONFLICT (source, outcome) DO UPDATE SET deliveries = kept.deliveries + excluded.deliveries
  RETURNING source, outcome, deliveries, bytes
), refused AS (
  -- Nothing is written when something is not as planned: this row breaks a constraint.
  INSERT INTO deliveries (source, received_at, outcome)
  SELECT NULL, 0, '' WHERE EXISTS (
    SELECT FROM due JOIN its_orders USING (account, order_id)
    WHERE due.id != its_row OR due.carrier != its_carrier OR due.event_count > room
      OR (its_orders.body_bytes > 0 AND due.body_bytes > most_body_bytes)
  ) OR EXISTS (
    SELECT FROM counted JOIN its_kept USING (source, outcome)
    WHERE counted.deliveries > most_deliveries OR bytes > most_bytes
  )
)
SELECT (SELECT json_agg(id ORDER BY n) FROM its_deliveries), (SELECT json_agg(id ORDER BY n) FROM its_events)
""")  # noqa: S608 - no values
"""Writes what a group plans, and selects the ids of its deliveries and of its events, as JSON arrays."""


def look_up(run: Run, asked: Questions) -> Known:
    """Return what the database knows of what a group asks."""
    (row,) = run(LOOK_UP, _questions(asked))
    return _known(row)


def write(run: Run, plan: Plan, bounds: Mapping[str, KeptBounds]) -> dict[int, Receipt]:
    """Write what a group plans, and return the receipts by the index of the delivery.

    *bounds*, by source, are the most that is kept of what moves no order; other sources have the defaults. Raises
    `RowConflict` when something is not as planned.
    """
    ((delivery_ids, event_ids),) = run(WRITE, _writes(plan, bounds))
    return plan.receipts(delivery_ids, event_ids or ())


def _questions(asked: Questions) -> dict[str, str]:
    """Return the parameters of `LOOK_UP`."""
    return {
        "identities": json.dumps([{"source": source, "key": key} for source, key in asked.identities]),
        "orders": json.dumps([key._asdict() for key in asked.orders]),
        "names": json.dumps([{"account": account, "kind": kind, "name": name} for account, kind, name in asked.names]),
    }


def _known(row: Sequence[Any]) -> Known:
    """Return what a row of `LOOK_UP` says."""
    its_events, its_orders, names = row
    return Known(
        {(source, key): KnownEvent(*columns) for source, key, *columns in its_events or ()},
        {OrderKey(account, order_id): KnownOrder(*columns) for account, order_id, *columns in its_orders or ()},
        {(account, kind, name) for account, kind, name in names or ()},
    )


def _writes(plan: Plan, bounds: Mapping[str, KeptBounds]) -> dict[str, str]:
    """Return the parameters of `WRITE`. *bounds* is by source; other sources have the defaults."""
    return {
        "deliveries": json.dumps([{**row, "body": _base64(row["body"])} for row in plan.deliveries]),
        "orders": json.dumps([_order(order) for order in plan.orders]),
        "events": json.dumps([_event(event) for event in plan.events]),
        "kept": json.dumps([_kept(*item, bounds) for item in sorted(plan.kept.items())]),
    }


def _base64(body: bytes | None) -> str | None:
    return None if body is None else b2a_base64(body, newline=False).decode()


def _order(order: PlannedOrder) -> dict[str, object]:
    checked = {"room": order.room, "its_row": order.its_row, "its_carrier": order.its_carrier}
    return {**order.values, **checked, "most_body_bytes": MAX_BYTES}


def _event(event: PlannedEvent) -> dict[str, object]:
    return {**event.columns, **event.order._asdict(), "delivery": event.delivery + 1, "later": event.later}


def _kept(key: KeptKey, count: int, bounds: Mapping[str, KeptBounds]) -> dict[str, object]:
    its_bounds = bounds.get(key.source, KeptBounds())
    most = {"most_deliveries": its_bounds.deliveries, "most_bytes": its_bounds.bytes}
    return {**key._asdict(), "deliveries": count, **most}
