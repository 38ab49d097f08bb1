"""The port `CallLimits` in SQL: the state of each account's call limit, which all workers share."""

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain import gcra
from worker.domain.instants import Duration, Instant
from worker.store.database.database import Database
from worker.store.tables import budgets

_UPDATE_BUDGET = update(budgets).where(budgets.c.account == bindparam("its_account"))
_ACQUIRE = _UPDATE_BUDGET.values(refilled_at=bindparam("after"))
"""Writes the new state of an account's call limit."""
_GIVE_BACK = _UPDATE_BUDGET.values(refilled_at=budgets.c.refilled_at - bindparam("refund"))
"""Gives calls of an account back."""


class SqlCallLimits:
    """The port `CallLimits` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = (sqlite.insert if database.is_sqlite else postgresql.insert)(budgets)
        same = {"refilled_at": budgets.c.refilled_at}
        self._lock = row.on_conflict_do_update(index_elements=["account"], set_=same).returning(budgets.c.refilled_at)
        """Locks the row of an account, which it inserts if there is none, and returns its state."""

    def acquire(self, account: str, calls: int, per_minute: int) -> Duration:
        def work(connection: Connection, _now: Instant) -> Duration:
            refilled_at = connection.execute(self._lock, {"account": account, "refilled_at": 0}).scalar_one()
            # The clock is read after the wait for the lock. With an earlier instant, the calls that others took
            # meanwhile would look as if the clock had been set back.
            now = self._database.now(connection)
            after, wait = gcra.acquire(refilled_at, now, calls, per_minute)
            if after != refilled_at:
                connection.execute(_ACQUIRE, {"its_account": account, "after": after})
            return wait

        return self._database.transact(work)

    def give_back(self, account: str, calls: int, age: Duration, per_minute: int) -> None:
        refund = {"its_account": account, "refund": gcra.refund(calls, age, per_minute)}
        self._database.transact(lambda connection, _now: connection.execute(_GIVE_BACK, refund))
