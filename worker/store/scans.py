"""The port `ScanStore` in SQL: compares a page of a list with one statement, and makes orders due in another."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.instants import Duration, Instant
from worker.domain.lanes import Lane
from worker.domain.lifecycle.scanning import RESTS_AFTER, UNREAD_FOR
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import OrderRow
from worker.ports import Listed, ScanResult, lock_name
from worker.store.conditions import is_held, is_reference
from worker.store.database.database import Database
from worker.store.database.prepared import Prepared
from worker.store.intake.references.waiting import lock_sequence
from worker.store.snapshots import active_holds, order_row
from worker.store.tables import locks, orders, scans

_INSERTS: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_MAY_TOUCH = and_(orders.c.stop.is_(None), orders.c.closed_by_operator == 0)
"""No person has to decide about the order, and none has."""


class SqlScans:
    """The port `ScanStore` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_due(self, account: str, every: Duration) -> bool:
        """Tell whether the last scan of *account* began *every* ago, and none is made now; not while it is held."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            is_locked = exists().where(locks.c.name == lock_name(account), locks.c.locked_until > now)
            started_at = select(scans.c.started_at).where(scans.c.account == account).scalar_subquery()
            locked, last = connection.execute(select(is_locked, started_at)).one()
            # After a clock was set back, the last scan may seem to lie in the future.
            is_recent = last is not None and 0 <= now - last < every
            return not (locked or is_recent or connection.execute(is_held(account, now)).scalar())

    def before_call(self, account: str) -> tuple[Instant, str]:
        with self._database.read() as connection:
            now = self._database.now(connection)
            held = active_holds(connection, now, account).get(account, ())
            return now, held[0].reason if held else ""

    def known(self, account: str, order_ids: Collection[str]) -> Mapping[str, OrderRow]:
        query = select(orders).where(orders.c.account == account, orders.c.order_id.in_(order_ids))
        with self._database.read() as connection:
            return {row.order_id: order_row(row, {}) for row in connection.execute(query)}

    def record(self, account: str, found: Mapping[str, Listed], agreeing: Collection[str]) -> Sequence[OrderKey]:
        # Two transactions: each locks its rows in the sequence of the intake, and none waits for another in a circle.
        if marked := _in_sequence(OrderKey(account, order_id) for order_id in agreeing):
            self._database.transact(lambda connection, now: _mark_all(connection, marked, now))
        if not found:
            return ()
        keys = _in_sequence(OrderKey(account, order_id) for order_id in found)
        differences = {key: found[key.order_id].difference for key in keys}
        return self._database.transact(
            lambda connection, now: _make_due(connection, [_values(key, now, differences[key], now) for key in keys])
        )

    def record_unlisted(self, account: str, limit: int) -> Sequence[OrderKey]:
        with self._database.read() as connection:
            rows = connection.execute(_unlisted(account, self._database.now(connection), limit)).all()
        if not rows:
            return ()
        listed_at = {OrderKey(account, row.order_id): row.listed_at for row in rows}
        keys = _in_sequence(listed_at)
        return self._database.transact(
            lambda connection, now: _make_due(connection, [_values(key, now, "", listed_at[key]) for key in keys])
        )

    def finish(self, result: ScanResult) -> None:
        def work(connection: Connection, now: Instant) -> None:
            values = {
                "started_at": result.started_at,
                "finished_at": now,
                "pages": result.pages,
                "listed": result.listed,
                "found": {finding.value: found.count for finding, found in result.found.items()},
                "problem": "; ".join(result.problems),
            } | ({"complete_at": result.started_at} if result.complete else {})
            row = _INSERTS[connection.dialect.name](scans).values(account=result.account, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["account"], set_=values))

        self._database.transact(work)


def _in_sequence(keys: Iterable[OrderKey]) -> list[OrderKey]:
    return sorted(keys, key=lock_sequence)


def _values(key: OrderKey, now: Instant, difference: str, listed_at: Instant | None) -> dict[str, object]:
    return {
        "account": key.account,
        "order_id": key.order_id,
        "now": now,
        "listed_as": difference,
        "listed_at": listed_at,
    }


def _make_due(connection: Connection, values: Sequence[dict[str, object]]) -> list[OrderKey]:
    rows = _make_due_statement(connection.dialect.name).run(connection, values)
    return [OrderKey(row[0], row[1]) for row in rows if row]


@cache
def _make_due_statement(dialect: str) -> Prepared:
    """Return the statement that makes an order due, and creates it if need be; no row when it may not be touched.

    Its parameters are those of `_values`. As in the intake, an earlier due time stays, and so does a back-off, unless
    it was for an order that the platform had never shown: now it is known.
    """
    now = bindparam("now", type_=BigInteger)
    row = _INSERTS[dialect](orders).values(revision=1, due=now, first_seen_at=now, updated_at=now, lane=0)
    new = row.excluded
    was_unknown = orders.c.read_at.is_(None)
    not_before_back_off = case((and_(orders.c.not_before > now, not_(was_unknown)), orders.c.not_before), else_=now)
    due = row.on_conflict_do_update(
        index_elements=["account", "order_id"],
        set_={
            "revision": orders.c.revision + 1,
            "due": case((orders.c.due < not_before_back_off, orders.c.due), else_=not_before_back_off),
            "not_before": case((was_unknown, null()), else_=orders.c.not_before),
            "lane": case((was_unknown, Lane.KNOWN.value), else_=orders.c.lane),
            "updated_at": now,
            "listed_as": new.listed_as,
            "listed_at": new.listed_at,
        },
        where=and_(_MAY_TOUCH, or_(orders.c.lease_until.is_(None), orders.c.lease_until <= now)),
    ).returning(orders.c.account, orders.c.order_id)
    return Prepared(dialect, due, ("account", "order_id", "listed_as", "listed_at"))


def _mark_all(connection: Connection, keys: Sequence[OrderKey], now: Instant) -> None:
    values = [{"its_account": key.account, "its_order_id": key.order_id, "at": now} for key in keys]
    _mark_statement(connection.dialect.name).run(connection, values)


@cache
def _mark_statement(dialect: str) -> Prepared:
    """Return the statement that records that a list agrees with an order. It changes neither schedule nor age."""
    its_key = and_(orders.c.account == bindparam("its_account"), orders.c.order_id == bindparam("its_order_id"))
    marked = update(orders).where(its_key).values(listed_as="", listed_at=bindparam("at", type_=BigInteger))
    return Prepared(dialect, marked.returning(orders.c.id))


def _unlisted(account: str, now: Instant, limit: int) -> Select[str, int | None]:
    """Select open orders at rest that neither a read nor a list has shown for a day; the longest unread come first."""
    unread, resting = now - UNREAD_FOR, now - RESTS_AFTER
    is_at_rest = and_(_MAY_TOUCH, orders.c.closed.is_(None), orders.c.due.is_(None), not_(is_reference()))
    return (
        select(orders.c.order_id, orders.c.listed_at)
        .where(orders.c.account == account, is_at_rest, orders.c.read_at < unread)
        .where(or_(orders.c.listed_at.is_(None), orders.c.listed_at < unread))
        .where(func.coalesce(orders.c.staged_at, orders.c.first_seen_at) > resting)
        .order_by(orders.c.read_at)
        .limit(limit)
    )
