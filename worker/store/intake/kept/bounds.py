"""Bounds the deliveries that move no order: counts them by source and outcome, and deletes the oldest of too many.

A transaction changes these counts last, in one sequence, and waits for nothing after that. So no two transactions wait
for each other in a circle.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.kept import Amount, Candidate, KeptBounds, KeptKey, about_how_many, to_evict
from worker.store.intake.kept import statements

MAX_EVICTED = 200
"""The most deliveries of one source and outcome that one transaction deletes. One that adds 64 deletes about as many;
the rest is for bounds that have become smaller."""
SPARE = 100
"""When there are too many, this part of the bound is deleted, too: so most transactions at a bound delete nothing."""
PART_EVICTED = "what could not be used of it was deleted, because too much was kept"
"""The detail of a delivery whose events are in the database, and whose body was deleted."""

Amounts: TypeAlias = Mapping[KeptKey, Amount]


def amounts_of(connection: Connection, delivery_ids: Collection[int]) -> dict[KeptKey, Amount]:
    """Return what is kept of the deliveries *delivery_ids*. Those that were accepted are not counted."""
    if not delivery_ids:
        return {}
    rows = connection.execute(statements.AMOUNTS, {"its_deliveries": list(delivery_ids)})
    return {KeptKey(source, outcome): Amount(count, int(size)) for source, outcome, count, size in rows}


def add_amounts(connection: Connection, more: Amounts, less: Amounts = MappingProxyType({})) -> dict[KeptKey, Amount]:
    """Add *more* to what is counted, and take *less* away. Return the new counts of what has changed.

    They are locked until the transaction ends.
    """
    changes = {key: more.get(key, Amount()).minus(less.get(key, Amount())) for key in sorted({*more, *less})}
    return {key: add_to(connection, key, change) for key, change in changes.items() if change != Amount()}


def add_to(connection: Connection, key: KeptKey, change: Amount) -> Amount:
    """Add *change* to the count of *key*, and return the new one. It is locked until the transaction ends."""
    return Amount(*connection.execute(statements.add(connection.dialect.name), _values(key, change)).one())


def keep_within(
    connection: Connection, delivery_ids: Collection[int], bounds: Mapping[str, KeptBounds], now: Instant
) -> dict[KeptKey, int]:
    """Count the new deliveries *delivery_ids*, and delete the oldest of their source and outcome beyond its bounds.

    *bounds* is by source; other sources have the defaults. Returns how many were deleted, of those of which any was.
    """
    totals = add_amounts(connection, amounts_of(connection, delivery_ids))
    evicted = {
        key: evict(connection, key, kept, bounds.get(key.source, KeptBounds()), now) for key, kept in totals.items()
    }
    return {key: count for key, count in evicted.items() if count}


def evict(connection: Connection, key: KeptKey, kept: Amount, bounds: KeptBounds, now: Instant) -> int:
    """Delete the oldest deliveries of *key* beyond *bounds*, and a few more. Return how many, at most `MAX_EVICTED`.

    The caller has locked the count of *key*, which is *kept*. Deliveries that others have locked are passed over.
    """
    evicted, goal = Amount(), bounds
    if bounds.exceeded_by(kept):
        goal = bounds._replace(deliveries=bounds.deliveries - bounds.deliveries // SPARE)
    while goal.exceeded_by(kept.minus(evicted)) and evicted.deliveries < MAX_EVICTED:
        more = _evict_page(connection, key, kept.minus(evicted), goal, MAX_EVICTED - evicted.deliveries)
        if more == Amount():
            break
        evicted = evicted.plus(more)
    if evicted.deliveries:
        connection.execute(statements.EVICTED, {**_values(key, evicted), "at": now})
    return evicted.deliveries


def _evict_page(connection: Connection, key: KeptKey, kept: Amount, bounds: KeptBounds, limit: int) -> Amount:
    page = min(about_how_many(kept, bounds), limit)
    rows = connection.execute(statements.OLDEST, {**key_values(key), "page": page}).all()
    victims = list(to_evict(kept, bounds, [Candidate(*row) for row in rows]))
    delete_deliveries(connection, [victim.id for victim in victims])
    return Amount(len(victims), sum(victim.bytes for victim in victims))


def delete_deliveries(connection: Connection, delivery_ids: Sequence[int]) -> None:
    """Delete deliveries that the caller has locked. Those with events are accepted instead, without their bodies."""
    if not delivery_ids:
        return
    # Only now, because a replay may have added events until the deliveries were locked.
    chosen = {"its_deliveries": list(delivery_ids)}
    having_events = set(connection.execute(statements.HAVING_EVENTS, chosen).scalars())
    if having_events:
        connection.execute(statements.ACCEPT_PART, {"its_deliveries": [*having_events], "new_detail": PART_EVICTED})
    if others := [delivery_id for delivery_id in delivery_ids if delivery_id not in having_events]:
        connection.execute(statements.DELETE, {"its_deliveries": others})


def key_values(key: KeptKey) -> dict[str, object]:
    """Return the parameters that choose the rows of *key*."""
    return {"its_source": key.source, "its_outcome": key.outcome}


def _values(key: KeptKey, amount: Amount) -> dict[str, object]:
    return {**key_values(key), "count": amount.deliveries, "size": amount.bytes}
