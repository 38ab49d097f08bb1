"""Prunes what is kept of deliveries that move no order: by age, and down to bounds that have become smaller.

It also counts anew, because a program of an earlier version, which may run during an upgrade, does not count.
"""

from sqlalchemy import Connection

from worker.domain.instants import Instant
from worker.domain.kept import Amount, Candidate, KeptBounds, KeptKey
from worker.store.intake.kept import statements
from worker.store.intake.kept.bounds import MAX_EVICTED, add_to, delete_deliveries, evict, key_values


def kept_keys(connection: Connection) -> list[KeptKey]:
    """Return the sources and outcomes of which something is kept, or was counted."""
    return sorted(KeptKey(*row) for row in connection.execute(statements.KEYS))


def count_anew(connection: Connection, key: KeptKey) -> None:
    """Count what is kept of *key*. Every other transaction has either been counted, or adds to this count later."""
    add_to(connection, key, Amount())  # it locks the count
    kept = Amount(*connection.execute(statements.AMOUNT, key_values(key)).one())
    connection.execute(statements.SET_AMOUNT, {**key_values(key), "count": kept.deliveries, "size": int(kept.bytes)})


def prune_kept(
    connection: Connection, key: KeptKey, bounds: KeptBounds, before: Instant, now: Instant, limit: int
) -> tuple[int, bool]:
    """Delete deliveries of *key*: those received before *before* that have no events, and the oldest beyond *bounds*.

    Returns how many were deleted, at most *limit* by age and `MAX_EVICTED` for the bounds, and whether there may be
    more. Deliveries that others have locked are passed over.
    """
    rows = connection.execute(statements.OLDER, {**key_values(key), "before": before, "page": limit})
    old = [Candidate(*row) for row in rows]
    delete_deliveries(connection, [candidate.id for candidate in old])
    kept = add_to(connection, key, Amount().minus(Amount(len(old), sum(candidate.bytes for candidate in old))))
    evicted = evict(connection, key, kept, bounds, now)
    return len(old) + evicted, len(old) == limit or evicted == MAX_EVICTED
