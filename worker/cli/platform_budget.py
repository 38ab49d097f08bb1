"""The budget of an account, kept by commands as the workers keep it: through the journal, which all of them share."""

import time
from collections.abc import Callable

from worker.budget import RATE_LIMITED
from worker.domain.errors import JournalError, Throttled
from worker.domain.instants import MINUTE, SECOND
from worker.exits import complain
from worker.journal import schema
from worker.journal.budgets import SqlAllowances
from worker.journal.database import Database
from worker.journal.holds import SqlHolds
from worker.journal.snapshots import active_holds
from worker.operations.instants import span

PATIENCE = 2 * MINUTE
"""Limits are counted by the minute; a longer pause is not waited for."""


class CallBudget:
    """What one account may still ask of its platform: pauses hold for it, and its limit, if it has one.

    An account without a limit can be called while the journal is away: nobody then says no.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        per_minute: int | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database, self._account, self._per_minute, self._sleep = database, account, per_minute, sleep
        self._has_told = False

    def await_call(self) -> None:
        """Return when a call may be sent; raises `Throttled` when that takes longer than `PATIENCE`."""
        waited = 0
        while wait := self.wait():
            if (waited := waited + wait) > PATIENCE:
                raise Throttled(f"it is {RATE_LIMITED} for {span(wait)}", status=0)
            self._tell(wait)
            self._sleep(wait / SECOND)

    def exhausted(self, lasts: int) -> None:
        """Let the account send nothing for *lasts* microseconds: the last call that it had was ours.

        This never fails: the answer to that call is worth more.
        """
        try:
            schema.check(self._database)
            SqlHolds(self._database).hold(self._account, RATE_LIMITED, lasts, "a command had the last call")
        except JournalError as error:
            complain(f"the workers do not know that {self._account} has to wait for {span(lasts)}: {error}")

    def wait(self) -> int:
        """Return how long to wait before asking again, in microseconds; 0 when a call may be sent, once.

        Raises `JournalError` where the account has a limit and the journal cannot tell what is left of it.
        """
        try:
            schema.check(self._database)
            return self._pause() or self._take()
        except JournalError:
            if self._per_minute is not None:
                raise
            return 0

    def _pause(self) -> int:
        with self._database.read() as connection:
            now = self._database.now(connection)
            holds = active_holds(connection, now, self._account).get(self._account, ())
        return max((hold.until - now for hold in holds if hold.reason == RATE_LIMITED and hold.until), default=0)

    def _take(self) -> int:
        """Take one call out of the limit; returns how long to wait where it cannot be had."""
        return SqlAllowances(self._database).spend(self._account, 1, self._per_minute) if self._per_minute else 0

    def _tell(self, wait: int) -> None:
        if not self._has_told:
            complain(f"{self._account} has used up its calls: waiting, {span(wait)} at first")
            self._has_told = True
