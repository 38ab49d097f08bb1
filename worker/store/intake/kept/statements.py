"""The statements about what is kept of deliveries that move no order. Parameters that begin with `its_` choose rows."""

from collections.abc import Callable
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    select,
    union,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from worker.domain.kept import BOUNDED_OUTCOMES
from worker.domain.reasons import DeliveryOutcome
from worker.store.bodies import NO_BODY
from worker.store.tables import NOT_ACCEPTED, deliveries, events, kept

_INSERTS: dict[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

_ARE_BOUNDED = deliveries.c.outcome.in_([outcome.value for outcome in BOUNDED_OUTCOMES])
_CHOSEN = deliveries.c.id.in_(bindparam("its_deliveries", expanding=True))
_SIZE: ColumnElement[int] = func.coalesce(func.length(deliveries.c.body), 0)
"""The bytes of a body as it is stored."""
_OF_KEY = and_(
    deliveries.c.source == bindparam("its_source", type_=Text),
    deliveries.c.outcome == bindparam("its_outcome", type_=Text),
    # The index on these deliveries is found by its own condition.
    NOT_ACCEPTED,
)
_IS_KEY = and_(
    kept.c.source == bindparam("its_source", type_=Text), kept.c.outcome == bindparam("its_outcome", type_=Text)
)
_SUMS = (func.count(), func.coalesce(func.sum(_SIZE), 0))

AMOUNTS = (
    select(deliveries.c.source, deliveries.c.outcome, *_SUMS)
    .where(_CHOSEN, _ARE_BOUNDED)
    .group_by(deliveries.c.source, deliveries.c.outcome)
)
"""Selects what is kept of some deliveries, by source and outcome."""

AMOUNT = select(*_SUMS).where(_OF_KEY)
"""Selects what is kept of a source with an outcome: its deliveries, and the bytes of their bodies."""

KEYS = union(
    select(deliveries.c.source, deliveries.c.outcome).where(_ARE_BOUNDED, NOT_ACCEPTED),
    select(kept.c.source, kept.c.outcome),
)
"""Selects the sources and outcomes of which something is kept, or was counted."""

OLDEST = (
    select(deliveries.c.id, _SIZE)
    .where(_OF_KEY)
    .order_by(deliveries.c.received_at, deliveries.c.id)
    .limit(bindparam("page", type_=Integer))
    .with_for_update(skip_locked=True)
)
"""Selects and locks the oldest deliveries of a source with an outcome, without those that others have locked."""

OLDER = OLDEST.where(
    deliveries.c.received_at < bindparam("before", type_=BigInteger),
    ~select(events.c.id).where(events.c.delivery_id == deliveries.c.id).exists(),
)
"""Selects and locks those of `OLDEST` that were received before an instant and have no events."""

HAVING_EVENTS = (
    select(events.c.delivery_id).where(events.c.delivery_id.in_(bindparam("its_deliveries", expanding=True))).distinct()
)
"""Selects those of some deliveries that have brought events."""

ACCEPT_PART = (
    update(deliveries)
    .where(_CHOSEN)
    .values(outcome=DeliveryOutcome.ACCEPTED.value, reason="", named="", detail=bindparam("new_detail"), **NO_BODY)
)
"""Makes deliveries accepted ones, without bodies."""

DELETE = delete(deliveries).where(_CHOSEN)
"""Deletes deliveries, which have no events."""

SET_AMOUNT = update(kept).where(_IS_KEY).values(deliveries=bindparam("count"), bytes=bindparam("size"))
"""Sets the count of a source and an outcome. The caller has locked its row."""

EVICTED = (
    update(kept)
    .where(_IS_KEY)
    .values(
        deliveries=kept.c.deliveries - bindparam("count"),
        bytes=kept.c.bytes - bindparam("size"),
        evicted=kept.c.evicted + bindparam("count"),
        evicted_at=bindparam("at", type_=BigInteger),
    )
)
"""Notes that deliveries were deleted because there were too many. The caller has locked the row."""


@cache
def add(dialect: str) -> ReturningInsert[int, int]:
    """Return the statement that adds to a count, which may be negative; it returns the new count, and locks it."""
    row = _INSERTS[dialect](kept).values(
        source=bindparam("its_source"),
        outcome=bindparam("its_outcome"),
        deliveries=bindparam("count"),
        bytes=bindparam("size"),
    )
    return row.on_conflict_do_update(
        index_elements=["source", "outcome"],
        set_={
            "deliveries": kept.c.deliveries + row.excluded.deliveries,
            "bytes": kept.c.bytes + row.excluded.bytes,
        },
    ).returning(kept.c.deliveries, kept.c.bytes)
