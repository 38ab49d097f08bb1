"""The rows of holds: how one begins, and what its end means.

The holds of an account that probes lift have the same `next_probe`: one probe finds out about all of them, and whoever
claims it sets the next.
"""

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.accounts.breaker import WINDOW
from worker.domain.accounts.probing import PROBED
from worker.domain.instants import Duration, Instant
from worker.domain.overview.snapshot import Hold
from worker.store.accounts.resumption import forget_failures, lock_failing, move_failures, note_resumption
from worker.store.tables import holds

RETIRED = ("not_configured",)
"""Reasons for which the version before held accounts. These holds end at once."""

IS_PROBED = holds.c.reason.in_([reason.value for reason in PROBED])
"""The hold lasts until a probe lifts it."""


def insert_hold(connection: Connection, hold: Hold, probe_in: Duration | None = None) -> None:
    """Insert *hold*, of which a probe is due *probe_in* this time after its beginning.

    If there is one already, that keeps its beginning and its next probe; the later end counts.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(holds).values(
        account=hold.account,
        reason=hold.reason,
        since=hold.since,
        until=hold.until,
        detail=hold.detail,
        next_probe=None if probe_in is None else _next_probe(connection, hold.account) or hold.since + probe_in,
    )
    new = row.excluded
    later = case(
        (or_(holds.c.until.is_(None), new.until.is_(None)), None),
        (holds.c.until > new.until, holds.c.until),
        else_=new.until,
    )
    merged = {"until": later, "detail": new.detail, "next_probe": func.coalesce(new.next_probe, holds.c.next_probe)}
    connection.execute(row.on_conflict_do_update(index_elements=["account", "reason"], set_=merged))


def is_expired(account: str, now: Instant) -> Select[bool]:
    """Select whether *account* has an expired hold that nobody has ended yet."""
    return select(exists().where(holds.c.account == account, has_expired(now)))


def end_expired(connection: Connection, account: str, now: Instant) -> None:
    """End the expired holds of *account* at *now*.

    It locks orders, so a transaction that does this must not lock an order of its own besides.
    """
    end_holds(connection, and_(holds.c.account == account, has_expired(now)), now)


def end_holds(connection: Connection, which: ColumnElement[bool], now: Instant) -> bool:
    """Delete *which* holds, all of one account. Returns False when there are none.

    The time that they lasted does not count against `retry_for`, nor do the failures that led to them.
    """
    columns = (holds.c.account, holds.c.reason, holds.c.since, holds.c.until)
    ended = connection.execute(holds.delete().where(which).returning(*columns)).all()
    if not ended:
        return False
    account = ended[0].account
    locked = lock_failing(connection, account)
    for hold in ended:
        if hold.reason in PROBED:
            forget_failures(connection, locked, hold.since - WINDOW)
        move_failures(connection, locked, hold.since, min(now, hold.until or now))
    note_resumption(connection, account, now)
    return True


def has_expired(now: Instant) -> ColumnElement[bool]:
    """The time of the hold is over at *now*."""
    return or_(holds.c.until <= now, holds.c.reason.in_(RETIRED))


def _next_probe(connection: Connection, account: str) -> Instant | None:
    query = select(func.max(holds.c.next_probe)).where(holds.c.account == account, IS_PROBED)
    return connection.execute(query).scalar()
