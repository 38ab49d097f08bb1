"""Budgets in SQL: what each account has spent of its call limit, for all workers together."""

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain import rates
from worker.journal.database import Database
from worker.journal.tables import budgets

_ITS = update(budgets).where(budgets.c.account == bindparam("its_account"))
_SPEND = _ITS.values(spent_until=bindparam("after"))
_GIVE_BACK = _ITS.values(spent_until=budgets.c.spent_until - bindparam("refund"))


class SqlAllowances:
    """The port `Allowances` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = (sqlite.insert if database.is_sqlite else postgresql.insert)(budgets)
        same = {"spent_until": budgets.c.spent_until}
        self._lock = row.on_conflict_do_update(index_elements=["account"], set_=same).returning(budgets.c.spent_until)
        """Locks the account's row, and makes it first if need be."""

    def spend(self, account: str, calls: int, per_minute: int) -> int:
        def take(connection: Connection, _now: int) -> int:
            spent_until = connection.execute(self._lock, {"account": account, "spent_until": 0}).scalar_one()
            # By the instant before the wait for the lock, what others took meanwhile would look like a clock set back.
            now = self._database.now(connection)
            after, wait = rates.spend(spent_until, now, calls, per_minute)
            if after != spent_until:
                connection.execute(_SPEND, {"its_account": account, "after": after})
            return wait

        return self._database.transact(take)

    def give_back(self, account: str, calls: int, age: int, per_minute: int) -> None:
        refund = {"its_account": account, "refund": rates.refund(calls, age, per_minute)}
        self._database.transact(lambda connection, _now: connection.execute(_GIVE_BACK, refund))
