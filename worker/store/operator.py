"""The port `OperatorStore` of `operations` in SQL: one transaction for each question and each act of an operator."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlalchemy import and_, select

from worker.domain.events import EventResult
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.ports import Attached, Removed
from worker.store import decisions
from worker.store.account_names import accounts_with_orders
from worker.store.assignments import assign
from worker.store.conditions import has_key
from worker.store.database.database import Database
from worker.store.intake.outcomes import again_if_overtaken
from worker.store.intake.references.attachment import FoundBy, give_events, lock_reference, refusing_carrier
from worker.store.intake.references.searches import known_as
from worker.store.intake.references.statements import MOST
from worker.store.removals import remove_parcel
from worker.store.renames import Renaming, rename_some
from worker.store.snapshots import active_holds, refused_deliveries, snapshot_of, unused_deliveries
from worker.store.tables import orders


class SqlOperatorStore:
    """The port `OperatorStore` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def snapshot(self, key: OrderKey) -> Snapshot | None:
        with self._database.read() as connection:
            now = self._database.now(connection)
            row = connection.execute(select(orders).where(has_key(key))).first()
            if row is None:
                return None
            snapshot = snapshot_of(connection, row, active_holds(connection, now, key.account), now)
            return replace(
                snapshot,
                refused=refused_deliveries(connection, snapshot),
                unused=unused_deliveries(connection, snapshot),
            )

    def accounts_with(self, order_id: str) -> list[str]:
        with self._database.read() as connection:
            # No index begins with the id alone.
            names = accounts_with_orders(connection)
            query = select(orders.c.account).where(orders.c.account.in_(names), orders.c.order_id == order_id)
            return list(connection.execute(query.order_by(orders.c.account)).scalars())

    def known_as(self, key: OrderKey) -> list[str]:
        with self._database.read() as connection:
            reference = key.reference
            return known_as(connection, key.account, [reference], reference.source) if reference else []

    def references_named(self, key: OrderKey) -> list[str]:
        kind, _, value = key.order_id.partition(":")
        is_named = and_(
            orders.c.order_id.startswith(f"{kind}@"), orders.c.order_id.endswith(f":{value}", autoescape=True)
        )
        query = select(orders.c.order_id).where(orders.c.account == key.account, is_named).order_by(orders.c.order_id)
        with self._database.read() as connection:
            texts = connection.execute(query.limit(MOST)).scalars()
            return [text for text in texts if str(OrderKey(key.account, text).plain) == str(key)]

    def make_due(self, key: OrderKey, reason: str) -> bool:
        with self._database.write() as connection:
            return decisions.make_due(connection, key, reason, self._database.now(connection))

    def release(self, snapshot: Snapshot, reason: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            return decisions.release(connection, snapshot, reason, now, acknowledge=True)

    def retry_stopped(self, snapshot: Snapshot, reason: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            return decisions.release(connection, snapshot, reason, now, acknowledge=False)

    def close(self, snapshot: Snapshot, reason: str, results: Mapping[int, EventResult]) -> bool:
        with self._database.write() as connection:
            return decisions.close(connection, snapshot, reason, results, self._database.now(connection))

    def attach(self, snapshot: Snapshot, order_id: str, reason: str) -> Attached:
        return again_if_overtaken(lambda: self._attach(snapshot, order_id, reason))

    def _attach(self, snapshot: Snapshot, order_id: str, reason: str) -> Attached:
        with self._database.write() as connection:
            row_id = decisions.find_as_seen(connection, snapshot)
            if row_id is None:
                return Attached.OVERTAKEN
            lock_reference(connection, snapshot.order.key, row_id)
            # Another transaction may have changed the stop before the lock.
            order_row = decisions.find_as_seen(connection, snapshot)
            if order_row is None:
                return Attached.OVERTAKEN
            if refusing_carrier(connection, order_row, snapshot.order.key, order_id) is not None:
                return Attached.REFUSED
            now = self._database.now(connection)
            return give_events(connection, order_row, snapshot.order.key, order_id, now, FoundBy("an operator", reason))

    def assign(self, snapshot: Snapshot, source: str, reason: str) -> bool:
        with self._database.write() as connection:
            return assign(connection, snapshot, source, reason, self._database.now(connection))

    def rename_some(self, account: str, names: tuple[str, str], reason: str, beyond: int) -> tuple[int, int]:
        with self._database.write() as connection:
            return rename_some(connection, Renaming(account, *names, reason), beyond, self._database.now(connection))

    def remove_parcel(self, snapshot: Snapshot, tracking: str, event_ids: Collection[int], reason: str) -> Removed:
        with self._database.write() as connection:
            now = self._database.now(connection)
            return remove_parcel(connection, snapshot, tracking, event_ids, reason, now)
