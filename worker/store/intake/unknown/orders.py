"""The bound on orders that the platform has never shown: each source may name only so many of them.

Whoever can report an event can name orders that do not exist, and each of them costs a row and some calls. An order
that the platform shows, or that an operator has closed, does not count any more; one that has stopped costs no calls,
and counts only for a wider bound. Processes do not see each other's new orders at once, so there may be a few more than
the bound: see `unknown_rooms`.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Connection, Text, bindparam, case, func, select

from worker.domain.lifecycle.unknown import STOPPED_ALLOWED
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.store.conditions import is_never_shown
from worker.store.intake.arrivals import Arrival
from worker.store.intake.outcomes import IntakeResult, quarantined
from worker.store.intake.statements import statements
from worker.store.intake.unknown.rooms import Bound, UnknownRooms
from worker.store.tables import orders

_UNKNOWN_OF_SOURCE = (
    select(case((orders.c.stop.is_(None), 1)).label("is_searched"))
    .where(is_never_shown(), orders.c.closed_by_operator == 0, orders.c.account == bindparam("its_account", type_=Text))
    .where(orders.c.reported_by == bindparam("its_source", type_=Text))
    .limit(bindparam("most", type_=BigInteger))
    .subquery()
)
COUNT_UNKNOWN = select(func.count(_UNKNOWN_OF_SOURCE.c.is_searched), func.count()).select_from(_UNKNOWN_OF_SOURCE)
"""Counts the unknown orders of an account that a source was the first to name, up to `most`: those that are searched
for, and all of them."""


def too_many_unknown(
    connection: Connection, arrivals: Sequence[Arrival], rooms: UnknownRooms
) -> Mapping[tuple[str, str], IntakeResult]:
    """Return the quarantine of those of *arrivals* that name one unknown order too many, by their identity.

    An order that the database has takes further events.
    """
    by_bound: dict[Bound, list[Arrival]] = {}
    for arrival in arrivals:
        if arrival.max_unknown is not None:
            bound = Bound(arrival.event.order.account, arrival.event.source, arrival.max_unknown)
            by_bound.setdefault(bound, []).append(arrival)
    return {
        arrival.identity: _refusal(bound)
        for bound, its_arrivals in by_bound.items()
        for arrival in _without_room(connection, bound, its_arrivals, rooms)
    }


def _without_room(
    connection: Connection, bound: Bound, arrivals: Sequence[Arrival], rooms: UnknownRooms
) -> list[Arrival]:
    """Return those of *arrivals* for whose orders there is no room. As long as there is plenty, nothing is read."""
    names, now = {arrival.event.order for arrival in arrivals}, max(arrival.now for arrival in arrivals)
    if rooms.take(bound, len(names), now):
        return []
    new = _new_among(connection, names)
    if not new or rooms.take(bound, len(new), now):
        return []
    of_new = [arrival for arrival in arrivals if arrival.event.order in new]
    if rooms.is_full(bound, now):
        return of_new
    room = _count_room(connection, bound)
    rooms.found(bound, room, now, taken=len(new))
    return _beyond(of_new, room)


def _new_among(connection: Connection, names: set[OrderKey]) -> set[OrderKey]:
    """Return those of *names* that the database does not have."""
    asked = sorted(names)
    rows = statements(connection.dialect.name).known_order.run(connection, [name._asdict() for name in asked])
    return {name for name, row in zip(asked, rows, strict=True) if row is None}


def _count_room(connection: Connection, bound: Bound) -> int:
    most = STOPPED_ALLOWED * bound.most
    values = {"its_account": bound.account, "its_source": bound.source, "most": most}
    searched, all_unknown = connection.execute(COUNT_UNKNOWN, values).one()
    return min(bound.most - searched, most - all_unknown)


def _beyond(arrivals: Sequence[Arrival], room: int) -> list[Arrival]:
    """Return those of *arrivals* for whose orders there is no *room*: it is for the orders that come first."""
    taken: set[OrderKey] = set()
    beyond = []
    for arrival in arrivals:
        if arrival.event.order in taken or len(taken) < room:
            taken.add(arrival.event.order)
        else:
            beyond.append(arrival)
    return beyond


def _refusal(bound: Bound) -> IntakeResult:
    detail = f"{bound.source} has named {bound.most:,} orders that the platform has not shown: see its max_unknown"
    return quarantined(QuarantineReason.TOO_MANY_UNKNOWN, detail)
