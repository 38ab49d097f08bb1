"""What the journal makes of a delivery, inside a transaction that its caller opens and ends.

A delivery has one outcome, and each of its events is new, known, or of no use:

- a known key with the same news (order, event, tracking) is a duplicate; a repeated hint still asks for a turn
- a known key with other news is quarantined: `key_reused`
- news of a parcel that does not say which, of an order with several, is quarantined: `which_parcel`
- an order that has taken 1,000 events takes no more: `too_many_events`
"""

import hashlib
import re
from typing import NamedTuple

from sqlalchemy import Connection

from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.domain.text import clean_text
from worker.journal import statements
from worker.journal.outcomes import GRAVITY, Finding, Outcome
from worker.journal.statements import MAX_EVENTS, inserts
from worker.ports import Delivery, Receipt

MAX_KEY = 500
"""Characters of an event's key: PostgreSQL cannot index a text of more than about 2,700 bytes."""
MAX_DETAIL = 500
MAX_PARCELS = 2**31 - 1
MAX_INSTANT = 2**63 - 1

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Overtaken(Exception):
    """Another transaction has just changed what this one found: roll back, and record the delivery again."""


class _Known(NamedTuple):
    """An event that the journal has under a key: the columns of `statements.KNOWN_EVENT`."""

    id: int
    delivery: int | None
    order: int
    name: str
    tracking: str
    account: str
    order_id: str


def record(connection: Connection, now: int, delivery: Delivery) -> Receipt:
    """Write *delivery* and its events down; raises `Overtaken`, or what the driver raises.

    *now* is by the journal's clock: new events make their orders due then. The row of a duplicate
    keeps no body; a delivery that is kept once and is kept already is counted instead.
    """
    if delivery.keep_once:
        return _keep_once(connection, delivery)
    if delivery.unusable or not delivery.events:
        unusable = weigh(connection, now, delivery, None)
        return unusable.receipt(_file(connection, delivery, unusable))
    # Nearly every delivery is new, so its row is written as accepted, for its events to refer to.
    accepted = Finding(Outcome.ACCEPTED)
    delivery_id = _file(connection, delivery, accepted)
    finding = weigh(connection, now, delivery, delivery_id)
    if finding.outcome is not accepted.outcome:
        amend(connection, delivery_id, finding, **({"body": None} if finding.outcome is Outcome.DUPLICATE else {}))
    return finding.receipt(delivery_id)


def weigh(connection: Connection, now: int, delivery: Delivery, delivery_id: int | None) -> Finding:
    """Write the events of a delivery that has its row, and return what becomes of the row.

    Events that are of use are written even if another one of the same delivery is of none.
    """
    if delivery.unusable or not delivery.events:
        return Finding(Outcome.QUARANTINED, reason=delivery.unusable or "no_event", detail=delivery.detail)
    findings = [_take_in(connection, now, event, delivery_id) for event in delivery.events]
    gravest = min(findings, key=lambda finding: GRAVITY.index(finding.outcome))
    nudges = dict.fromkeys(key for finding in findings for key in finding.nudges)
    return Finding(gravest.outcome, gravest.event_id, gravest.reason, gravest.detail, tuple(nudges))


def amend(connection: Connection, delivery_id: int, finding: Finding, **columns: object) -> None:
    """Give the delivery the outcome that was found; *columns* are further ones to set."""
    values = {"outcome": finding.outcome.value, "reason": finding.reason, "detail": _clean(finding.detail), **columns}
    connection.execute(statements.AMEND_DELIVERY, {"delivery": delivery_id, **values})


def _keep_once(connection: Connection, delivery: Delivery) -> Receipt:
    stale = Finding(Outcome.STALE, reason=delivery.unusable, detail=delivery.detail)
    # A digest, because the name is made of the sender's words, and those may be too long for an index.
    name = hashlib.sha256(delivery.keep_once.encode(errors="surrogatepass")).hexdigest()
    delivery_id = _insert_delivery(connection, delivery, stale, name)
    if delivery_id is None:
        tally = {"source": delivery.source, "outcome": stale.outcome.value, "count": 1}
        connection.execute(inserts(connection.dialect.name).tally, tally)
    return stale.receipt(delivery_id)


def _file(connection: Connection, delivery: Delivery, finding: Finding) -> int:
    delivery_id = _insert_delivery(connection, delivery, finding, None)
    if delivery_id is None:
        raise AssertionError("only a name that is kept once can be in the way of a delivery")
    return delivery_id


def _insert_delivery(connection: Connection, delivery: Delivery, finding: Finding, keep_once: str | None) -> int | None:
    row = {
        "source": delivery.source,
        "received_at": delivery.received_at,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "detail": _clean(finding.detail),
        "keep_once": keep_once,
        "body": delivery.body,
    }
    found: int | None = connection.execute(inserts(connection.dialect.name).delivery, row).scalar()
    return found


def _clean(detail: str) -> str:
    return clean_text(detail, MAX_DETAIL)


def _take_in(connection: Connection, now: int, event: Event, delivery_id: int | None) -> Finding:
    """Write one event down, unless it is known or of no use."""
    if unfit := _unfit(event):
        return unfit
    found = connection.execute(statements.KNOWN_EVENT, {"source": event.source, "key": event.key}).first()
    if found is not None:
        return _again(connection, now, event, _Known(*found), delivery_id)
    if _speaks_of_some_parcel(event) and _parcels(connection, event.order) > 1:
        detail = "the order has several parcels, and the event names none"
        return Finding(Outcome.QUARANTINED, reason="which_parcel", detail=detail)
    return _append(connection, now, event, delivery_id)


def _unfit(event: Event) -> Finding | None:
    """Find what no database can hold, before its driver does: readers of events let nothing of it through."""
    texts = (event.key, *event.order, event.tracking, event.tracking_url, event.note)
    if len(event.key) > MAX_KEY or any(_UNSTORABLE.search(text) for text in texts):
        return Finding(Outcome.QUARANTINED, reason="bad_text", detail="a text of the event is too long, or no text")
    if not 0 <= (event.parcels or 0) <= MAX_PARCELS or abs(event.occurred_at) > MAX_INSTANT:
        return Finding(Outcome.QUARANTINED, reason="bad_number", detail="a number of the event is out of all bounds")
    return None


def _again(connection: Connection, now: int, event: Event, known: _Known, delivery_id: int | None) -> Finding:
    news = (event.order.account, event.order.order_id, event.name.value, event.tracking)
    if news != (known.account, known.order_id, known.name, known.tracking):
        detail = f"the key is that of event {known.id}, which says something else"
        return Finding(Outcome.QUARANTINED, reason="key_reused", detail=detail)
    outcome = Outcome.ACCEPTED if known.delivery == delivery_id else Outcome.DUPLICATE
    if event.name is not EventName.HINT:
        return Finding(outcome, known.id)
    if connection.execute(statements.REPEAT_HINT, {"known_order": known.order, "now": now}).rowcount == 0:
        raise Overtaken  # The order was pruned this very moment, and the hint with it: it is new again.
    return Finding(outcome, known.id, nudges=(event.order,))


def _speaks_of_some_parcel(event: Event) -> bool:
    return not event.tracking and event.name.startswith("shipment.")


def _parcels(connection: Connection, order: OrderKey) -> int:
    found: int = connection.execute(statements.KNOWN_PARCELS, order._asdict()).scalar_one()
    return found


def _append(connection: Connection, now: int, event: Event, delivery_id: int | None) -> Finding:
    insert = inserts(connection.dialect.name)
    order = connection.execute(insert.order, {**event.order._asdict(), "now": now}).first()
    if order is None:
        detail = f"the order has taken {MAX_EVENTS} events, and takes no more"
        return Finding(Outcome.QUARANTINED, reason="too_many_events", detail=detail)
    row = {"order": order.id, "revision": order.revision, "delivery": delivery_id, **_columns_of(event)}
    event_id = connection.execute(insert.event, row).scalar()
    if event_id is None:
        raise Overtaken  # The same key was written between our look and our insert, which waited for it.
    return Finding(Outcome.ACCEPTED, event_id, nudges=(event.order,))


def _columns_of(event: Event) -> dict[str, object]:
    return {
        "source": event.source,
        "key": event.key,
        "name": event.name.value,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "tracking": event.tracking,
        "tracking_url": event.tracking_url,
        "parcels": event.parcels,
        "note": event.note,
    }
