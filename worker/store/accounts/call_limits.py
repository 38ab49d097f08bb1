"""The port `CallLimits` in SQL: how much of its call limit each account has used, for all workers together."""

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain import gcra
from worker.domain.instants import Duration, Instant
from worker.store.database.database import Database
from worker.store.tables import budgets

_OF_ACCOUNT = update(budgets).where(budgets.c.account == bindparam("its_account"))
_ACQUIRE = _OF_ACCOUNT.values(refilled_at=bindparam("after"))
"""Writes the new state of an account's limit."""
_GIVE_BACK = _OF_ACCOUNT.values(refilled_at=budgets.c.refilled_at - bindparam("refund"))
"""Gives calls back."""


class SqlCallLimits:
    """The port `CallLimits` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = (sqlite.insert if database.is_sqlite else postgresql.insert)(budgets)
        same = {"refilled_at": budgets.c.refilled_at}
        self._lock = row.on_conflict_do_update(index_elements=["account"], set_=same).returning(budgets.c.refilled_at)
        """Locks the account's row and returns its state; inserts the row if there is none."""

    def acquire(self, account: str, calls: int, per_minute: int) -> Duration:
        def work(connection: Connection, _now: Instant) -> Duration:
            refilled_at = connection.execute(self._lock, {"account": account, "refilled_at": 0}).scalar_one()
            # The clock is read after the wait for the lock: an earlier instant would make the calls that others took
            # meanwhile look like a clock that was set back.
            now = self._database.now(connection)
            after, wait = gcra.acquire(refilled_at, now, calls, per_minute)
            if after != refilled_at:
                connection.execute(_ACQUIRE, {"its_account": account, "after": after})
            return wait

        return self._database.transact(work)

    def give_back(self, account: str, calls: int, age: Duration, per_minute: int) -> None:
        refund = {"its_account": account, "refund": gcra.refund(calls, age, per_minute)}
        self._database.transact(lambda connection, _now: connection.execute(_GIVE_BACK, refund))
