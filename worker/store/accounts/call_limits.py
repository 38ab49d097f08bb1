"""The port `CallLimits` in SQL: the state of each account's call budget, which all workers share.

The row of an account is locked for each change, and every change is one transaction. The version of the program before
this one writes `refilled_at`, which nothing here reads.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from worker.domain.accounts import call_budget
from worker.domain.accounts.call_requests import Grant, Request, Seen
from worker.domain.accounts.call_state import BudgetState, Taken, state_of, text_of
from worker.domain.instants import Instant
from worker.store.database.database import Database
from worker.store.tables import budgets

_WRITE_STATE = update(budgets).where(budgets.c.account == bindparam("its_account")).values(state=bindparam("after"))
"""Writes the new state of an account's call budget."""

T = TypeVar("T")


class SqlCallLimits:
    """The port `CallLimits` on one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        row = (sqlite.insert if database.is_sqlite else postgresql.insert)(budgets)
        same = {"refilled_at": budgets.c.refilled_at}
        self._lock = row.on_conflict_do_update(index_elements=["account"], set_=same).returning(budgets.c.state)
        """Locks the row of an account, which it inserts if there is none, and returns its state."""

    def acquire(self, account: str, request: Request, ceiling: int | None, seen: Seen | None = None) -> Grant:
        return self._change(account, lambda state, now: call_budget.acquire(state, now, request, ceiling, seen))

    def give_back(self, account: str, unused: Taken, ceiling: int | None) -> None:
        self._change(account, lambda state, now: (call_budget.give_back(state, now, unused, ceiling), None))

    def learn(self, account: str, seen: Seen) -> None:
        self._change(account, lambda state, now: (call_budget.learn(state, now, seen), None))

    def _change(self, account: str, change: Callable[[BudgetState, Instant], tuple[BudgetState, T]]) -> T:
        def work(connection: Connection, _now: Instant) -> T:
            text = connection.execute(self._lock, {"account": account, "refilled_at": 0}).scalar_one()
            # The clock is read after the wait for the lock. With an earlier instant, the calls that others took
            # meanwhile would look as if the clock had been set back.
            state, result = change(state_of(text), self._database.now(connection))
            after = text_of(state)
            if after != text:
                connection.execute(_WRITE_STATE, {"its_account": account, "after": after})
            return result

        return self._database.transact(work)
