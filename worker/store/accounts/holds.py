"""The port `Holds` in SQL: accounts that wait. Also the holds of operators, and the log that says who and why."""

from sqlalchemy import ColumnElement, Connection, and_, select

from worker.domain.instants import Duration, Instant
from worker.domain.overview.snapshot import Hold
from worker.domain.reasons import AccountAction, HoldReason
from worker.store.accounts.hold_rows import end_expired, end_holds, has_expired, insert_hold
from worker.store.conditions import is_active
from worker.store.database.database import Database
from worker.store.rows import hold_of
from worker.store.tables import account_log, holds


class SqlHolds:
    """The port `Holds`, and the port `OperatorHolds` of `operations`, on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(
        self,
        account: str,
        reason: HoldReason,
        lasts: Duration | None,
        detail: str = "",
        probe_in: Duration | None = None,
    ) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            # An expired hold ends first. Otherwise the new hold would begin at its `since`.
            end_expired(connection, account, now)
            until = None if lasts is None else now + lasts
            insert_hold(connection, Hold(account, reason, now, until, detail), probe_in)

    def lift(self, account: str, reason: HoldReason) -> bool:
        with self._database.write() as connection:
            return end_holds(connection, _is(account, reason), self._database.now(connection))

    def hold_for_operator(self, account: str, note: str) -> None:
        with self._database.write() as connection:
            now = self._database.now(connection)
            insert_hold(connection, Hold(account, HoldReason.OPERATOR, now, None, note))
            _log(connection, account, now, AccountAction.HELD, note)

    def release(self, account: str, reason: HoldReason, note: str) -> bool:
        with self._database.write() as connection:
            now = self._database.now(connection)
            is_lifted = end_holds(connection, _is(account, reason), now)
            if is_lifted:
                _log(connection, account, now, AccountAction.RELEASED, f"{reason}: {note}")
            return is_lifted

    def active(self) -> tuple[Hold, ...]:
        """Return the holds of all accounts that have not expired, the earliest first."""
        with self._database.read() as connection:
            query = select(holds).where(is_active(self._database.now(connection)))
            return tuple(map(hold_of, connection.execute(query.order_by(holds.c.since, holds.c.reason))))

    def expire(self) -> None:
        """End the expired holds of all accounts, and those that the version before left."""
        with self._database.read() as connection:
            now = self._database.now(connection)
            expired = select(holds.c.account).where(has_expired(now)).distinct()
            accounts = list(connection.execute(expired).scalars())
        for account in accounts:
            with self._database.write() as connection:
                end_expired(connection, account, now)


def _is(account: str, reason: HoldReason) -> ColumnElement[bool]:
    return and_(holds.c.account == account, holds.c.reason == reason)


def _log(connection: Connection, account: str, now: Instant, action: AccountAction, detail: str) -> None:
    connection.execute(account_log.insert().values(account=account, at=now, action=action, detail=detail))
