"""What the journal makes of deliveries, inside a transaction that its caller opens and ends.

Many deliveries cost hardly more statements than one. Each has one outcome; what its events come to stands in `news`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from worker.domain.text import clean_text
from worker.journal.intake_statements import AMEND_DELIVERY, statements
from worker.journal.news import Arrival, take_in
from worker.journal.outcomes import GRAVITY, Finding, Outcome
from worker.ports import Delivery, Receipt

MAX_DETAIL = 500

_ACCEPTED = Finding(Outcome.ACCEPTED)


def record(connection: Connection, deliveries: Sequence[Delivery]) -> list[Receipt]:
    """Write *deliveries* and their events down; returns a receipt for each. Raises `Overtaken`, or as the driver does.

    New events make their orders due when their delivery was received. The row of a duplicate keeps no body; a
    delivery that is kept once and is kept already is counted instead.
    """
    stale = {n: _keep_once(connection, one) for n, one in enumerate(deliveries) if one.keep_once}
    others = iter(_record_all(connection, [one for one in deliveries if not one.keep_once]))
    return [stale[n] if n in stale else next(others) for n in range(len(deliveries))]


def _record_all(connection: Connection, deliveries: Sequence[Delivery]) -> list[Receipt]:
    if not deliveries:
        return []
    # Nearly every delivery is new, so its row is written as accepted, for its events to refer to.
    filed = [_unusable(delivery) or _ACCEPTED for delivery in deliveries]
    rows = [_row(delivery, finding) for delivery, finding in zip(deliveries, filed, strict=True)]
    ids = _file(connection, rows)
    found = weigh(connection, [(one, row, one.received_at) for one, row in zip(deliveries, ids, strict=True)])
    for delivery_id, before, after in zip(ids, filed, found, strict=True):
        if after.outcome is not before.outcome:
            body = {"body": None} if after.outcome is Outcome.DUPLICATE else {}
            amend(connection, delivery_id, after, **body)
    return [finding.receipt(delivery_id) for finding, delivery_id in zip(found, ids, strict=True)]


def weigh(connection: Connection, deliveries: Sequence[tuple[Delivery, int, int]]) -> list[Finding]:
    """Write the events of deliveries that have their rows, and return what becomes of each row.

    *deliveries* are (delivery, number of its row, when its news makes orders due). Events that are of use are written
    even if another one of the same delivery is of none.
    """
    arrivals = [Arrival(event, row, now) for delivery, row, now in deliveries for event in delivery.events]
    found = iter(take_in(connection, arrivals))
    return [_gravest(delivery, found) for delivery, _, _ in deliveries]


def _gravest(delivery: Delivery, found: Iterator[Finding]) -> Finding:
    its = list(islice(found, len(delivery.events)))
    if unusable := _unusable(delivery):
        return unusable
    gravest = min(its, key=lambda finding: GRAVITY.index(finding.outcome))
    nudges = dict.fromkeys(key for finding in its for key in finding.nudges)
    return Finding(gravest.outcome, gravest.event_id, gravest.reason, gravest.detail, tuple(nudges))


def _unusable(delivery: Delivery) -> Finding | None:
    if delivery.events and not delivery.unusable:
        return None
    return Finding(Outcome.QUARANTINED, reason=delivery.unusable or "no_event", detail=delivery.detail)


def amend(connection: Connection, delivery_id: int, finding: Finding, **columns: object) -> None:
    """Give the delivery the outcome that was found; *columns* are further ones to set."""
    values = {"outcome": finding.outcome.value, "reason": finding.reason, "detail": _clean(finding.detail), **columns}
    connection.execute(AMEND_DELIVERY, {"delivery": delivery_id, **values})


def _keep_once(connection: Connection, delivery: Delivery) -> Receipt:
    stale = Finding(Outcome.STALE, reason=delivery.unusable, detail=delivery.detail)
    # A digest, because the name is made of the sender's words, and those may be too long for an index.
    name = hashlib.sha256(delivery.keep_once.encode(errors="surrogatepass")).hexdigest()
    (delivery_id,) = _file(connection, [_row(delivery, stale, name)])
    if delivery_id is None:
        tally = {"source": delivery.source, "outcome": stale.outcome.value, "count": 1}
        connection.execute(statements(connection.dialect.name).tally, tally)
    return stale.receipt(delivery_id)


def _file(connection: Connection, rows: Sequence[Mapping[str, object]]) -> list[Any]:
    """Write rows of deliveries; returns their numbers, None for one whose `keep_once` is kept already."""
    found = statements(connection.dialect.name).delivery.run(connection, rows)
    return [row and row[0] for row in found]


def _row(delivery: Delivery, finding: Finding, keep_once: str | None = None) -> dict[str, object]:
    return {
        "source": delivery.source,
        "received_at": delivery.received_at,
        "outcome": finding.outcome.value,
        "reason": finding.reason,
        "detail": _clean(finding.detail),
        "keep_once": keep_once,
        "body": delivery.body,
    }


def _clean(detail: str) -> str:
    return clean_text(detail, MAX_DETAIL)
