"""Events on their way into the journal: each is new, known, or of no use.

- a known key with the same news (order, event, tracking) is a duplicate; a repeated hint still asks for a turn
- a known key with other news is quarantined: `key_reused`
- news of a parcel that does not say which, of an order with several, is quarantined: `which_parcel`
- an order that has taken 1,000 events takes no more: `too_many_events`
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from worker.domain.events import Event, EventName
from worker.domain.orders import OrderKey
from worker.domain.text import is_storable
from worker.journal.intake_statements import MAX_EVENTS, statements
from worker.journal.outcomes import Finding, Outcome

MAX_KEY = 500
"""Characters of an event's key: PostgreSQL cannot index a text of more than about 2,700 bytes."""
MAX_PARCELS = 2**31 - 1
MAX_INSTANT = 2**63 - 1


class Overtaken(Exception):
    """Another transaction has just changed what this one found: roll back, and begin again."""


class Arrival(NamedTuple):
    """One event, the row of the delivery that brought it, and when it makes its order due."""

    event: Event
    delivery: int
    now: int

    @property
    def name(self) -> tuple[str, str]:
        """What is unique about the event."""
        return self.event.source, self.event.key


class _Known(NamedTuple):
    """An event that the journal has: the columns of `intake_statements.KNOWN_EVENT`."""

    id: int
    delivery: int | None
    order: int
    name: str
    tracking: str
    reference: str
    account: str
    order_id: str


def take_in(connection: Connection, arrivals: Sequence[Arrival]) -> list[Finding]:
    """Write down what is new in *arrivals*; returns what each has come to. Raises `Overtaken`."""
    findings = {n: unfit for n, arrival in enumerate(arrivals) if (unfit := _unfit(arrival.event))}
    while len(findings) < len(arrivals):
        wave = _next_wave(arrivals, findings)
        found = _write(connection, [arrivals[n] for n in wave])
        findings.update(zip(wave, found, strict=True))
    return [findings[n] for n in range(len(arrivals))]


def _next_wave(arrivals: Sequence[Arrival], done: Mapping[int, Finding]) -> list[int]:
    """Choose what one set of statements can write: no order and no key comes twice, and the first comes first."""
    wave, orders, names = [], set[OrderKey](), set[tuple[str, str]]()
    for n, arrival in enumerate(arrivals):
        if n not in done:
            if arrival.event.order not in orders and arrival.name not in names:
                wave.append(n)
            orders.add(arrival.event.order)
            names.add(arrival.name)
    return wave


def _unfit(event: Event) -> Finding | None:
    """Find what no database can hold, before its driver does: readers of events let nothing of it through."""
    texts = (event.key, *event.order, event.tracking, event.tracking_url, event.note)
    if len(event.key) > MAX_KEY or not all(map(is_storable, texts)):
        return Finding(Outcome.QUARANTINED, reason="bad_text", detail="a text of the event is too long, or no text")
    if not 0 <= (event.parcels or 0) <= MAX_PARCELS or abs(event.occurred_at) > MAX_INSTANT:
        return Finding(Outcome.QUARANTINED, reason="bad_number", detail="a number of the event is out of all bounds")
    return None


def _write(connection: Connection, wave: Sequence[Arrival]) -> list[Finding]:
    known = _known(connection, wave)
    several = _with_several_parcels(connection, [a.event.order for a in wave if _names_no_parcel(a.event)])
    findings = [_judge(arrival, known.get(arrival.name), several) for arrival in wave]
    moving = [arrival for arrival, finding in zip(wave, findings, strict=True) if finding.nudges]
    moved = _move(connection, moving, known)
    new = [arrival for arrival in moving if arrival.name not in known and arrival.event.order in moved]
    written = _append(connection, new, moved)
    return [_settle(arrival, finding, moved, written) for arrival, finding in zip(wave, findings, strict=True)]


def _known(connection: Connection, wave: Sequence[Arrival]) -> dict[tuple[str, str], _Known]:
    asked = [{"source": source, "key": key} for source, key in (arrival.name for arrival in wave)]
    found = statements(connection.dialect.name).known_event.run(connection, asked)
    return {arrival.name: _Known(*row) for arrival, row in zip(wave, found, strict=True) if row}


def _names_no_parcel(event: Event) -> bool:
    return not event.tracking and event.name.startswith("shipment.")


def _with_several_parcels(connection: Connection, asked: Sequence[OrderKey]) -> frozenset[OrderKey]:
    found = statements(connection.dialect.name).known_parcels.run(connection, [key._asdict() for key in asked])
    return frozenset(key for key, row in zip(asked, found, strict=True) if row and row[0] > 1)


def _judge(arrival: Arrival, known: _Known | None, several: frozenset[OrderKey]) -> Finding:
    """Say what becomes of an event; it has nudges where its order is to move."""
    event = arrival.event
    if known is not None:
        return _again(arrival, known)
    if _names_no_parcel(event) and event.order in several:
        detail = "the order has several parcels, and the event names none"
        return Finding(Outcome.QUARANTINED, reason="which_parcel", detail=detail)
    return Finding(Outcome.ACCEPTED, nudges=(event.order,))


def _again(arrival: Arrival, known: _Known) -> Finding:
    event = arrival.event
    # The sender may go on naming the order as it did before we found out which one it is.
    same_order = event.order in {(known.account, known.order_id), (known.account, known.reference)}
    if not same_order or (event.name.value, event.tracking) != (known.name, known.tracking):
        detail = f"the key is that of event {known.id}, which says something else"
        return Finding(Outcome.QUARANTINED, reason="key_reused", detail=detail)
    outcome = Outcome.ACCEPTED if known.delivery == arrival.delivery else Outcome.DUPLICATE
    return Finding(outcome, known.id, nudges=(event.order,) if event.name is EventName.HINT else ())


def _move(
    connection: Connection, moving: Sequence[Arrival], known: Mapping[tuple[str, str], _Known]
) -> dict[OrderKey, tuple[int, int]]:
    """Make the orders due and count their news; returns each one's row and revision, but not those that are full."""
    # Sorted, so that two receivers never wait for one another's rows; references first, as their searches lock them.
    moving = sorted(moving, key=lambda arrival: (not arrival.event.order.reference, arrival.event.order))
    rows = [{**a.event.order._asdict(), "now": a.now, "news": int(a.name not in known)} for a in moving]
    found = statements(connection.dialect.name).order.run(connection, rows)
    moved = {arrival.event.order: (row[0], row[1]) for arrival, row in zip(moving, found, strict=True) if row}
    if any(a.name in known and moved.get(a.event.order, (0,))[0] != known[a.name].order for a in moving):
        raise Overtaken  # The order was pruned this very moment, and the hint with it: it is new again.
    _search_anew(connection, [arrival for arrival in moving if arrival.event.order in moved])
    return moved


def _search_anew(connection: Connection, moved: Sequence[Arrival]) -> None:
    """Newer news of an order that was looked for in vain is a reason to look again."""
    asked = [
        {"its_account": a.event.order.account, "its_order_id": a.event.order.order_id, "at": a.now}
        for a in moved
        if a.event.order.reference
    ]
    statements(connection.dialect.name).lift.run(connection, asked)


def _append(
    connection: Connection, new: Sequence[Arrival], moved: Mapping[OrderKey, tuple[int, int]]
) -> dict[tuple[str, str], int]:
    """Write the events; returns their numbers."""
    new = sorted(new, key=lambda arrival: arrival.name)
    rows = [_row(arrival, *moved[arrival.event.order]) for arrival in new]
    found = statements(connection.dialect.name).event.run(connection, rows)
    if not all(found):
        raise Overtaken  # The same key was written between our look and our insert, which waited for it.
    return {arrival.name: row[0] for arrival, row in zip(new, found, strict=True) if row}


def _settle(
    arrival: Arrival,
    finding: Finding,
    moved: Mapping[OrderKey, tuple[int, int]],
    written: Mapping[tuple[str, str], int],
) -> Finding:
    if not finding.nudges or finding.event_id is not None:
        return finding
    if arrival.event.order not in moved:
        detail = f"the order has taken {MAX_EVENTS} events, and takes no more"
        return Finding(Outcome.QUARANTINED, reason="too_many_events", detail=detail)
    return replace(finding, event_id=written[arrival.name])


def _row(arrival: Arrival, order: int, revision: int) -> dict[str, object]:
    event = arrival.event
    return {
        "source": event.source,
        "key": event.key,
        "delivery": arrival.delivery,
        "order": order,
        "revision": revision,
        "name": event.name.value,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "tracking": event.tracking,
        "tracking_url": event.tracking_url,
        "parcels": event.parcels,
        "note": event.note,
    }
