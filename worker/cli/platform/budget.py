"""The budget of an account, kept by commands as the workers keep it: through the journal, which all of them share."""

import time
from collections.abc import Callable
from typing import NamedTuple

from worker.domain.errors import StoreError, Throttled
from worker.domain.instants import MINUTE, SECOND
from worker.operations.instants import span, when
from worker.processes.exits import print_error
from worker.reconcile.budget import RATE_LIMITED
from worker.store import schema
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.snapshots import active_holds

TIMEOUT = 2 * MINUTE
"""Limits are counted by the minute; a longer pause is not waited for."""
LAST_CALL = "the platform's limit is used up"


class Wait(NamedTuple):
    """How long nothing may be sent, in microseconds, and why."""

    lasts: int
    why: str


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
        """Return when a call may be sent; raises `Throttled` when that takes longer than `TIMEOUT`."""
        waited = 0
        while wait := self.wait():
            if (waited := waited + wait.lasts) > TIMEOUT:
                raise Throttled(wait.why, status=0)
            self._tell(wait)
            self._sleep(wait.lasts / SECOND)

    def exhausted(self, lasts: int, detail: str = LAST_CALL) -> None:
        """Let the account send nothing for *lasts* microseconds; *detail* is why, by default that we had its last call.

        This never fails: the answer to that call is worth more.
        """
        try:
            schema.check(self._database)
            SqlHolds(self._database).hold(self._account, RATE_LIMITED, lasts, detail)
        except StoreError as error:
            print_error(f"the workers do not know that {self._account} has to wait for {span(lasts)}: {error}")

    def wait(self) -> Wait | None:
        """Return how long to wait before asking again, and why; None when a call may be sent, once.

        Raises `StoreError` where the account has a limit and the journal cannot tell what is left of it.
        """
        try:
            schema.check(self._database)
            return self._pause() or self._take()
        except StoreError:
            if self._per_minute is not None:
                raise
            return None

    def _pause(self) -> Wait | None:
        with self._database.read() as connection:
            now = self._database.now(connection)
            holds = active_holds(connection, now, self._account).get(self._account, ())
        for hold in holds:
            if hold.reason == RATE_LIMITED and hold.until:
                said = f": {hold.detail}" if hold.detail else ""
                return Wait(hold.until - now, f"the platform wants a pause until {when(hold.until, now)}{said}")
        return None

    def _take(self) -> Wait | None:
        """Take one call out of the limit; returns how long to wait where it cannot be had."""
        wait = SqlCallLimits(self._database).spend(self._account, 1, self._per_minute) if self._per_minute else 0
        return Wait(wait, f"its calls_per_minute is used up for {span(wait)}") if wait else None

    def _tell(self, wait: Wait) -> None:
        if not self._has_told:
            print_error(f"{self._account} has to wait: {wait.why}")
            self._has_told = True
