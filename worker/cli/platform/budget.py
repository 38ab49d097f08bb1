"""The call budget of an account, as commands keep it: in the database, which commands and workers share."""

import time
from collections.abc import Callable
from typing import NamedTuple

from worker.domain.errors import StoreError, Throttled
from worker.domain.instants import MINUTE, SECOND, Duration
from worker.domain.reasons import HoldReason
from worker.operations.instants import span, when
from worker.processes.exits import print_error
from worker.store import schema
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.snapshots import active_holds

MAX_WAIT = 2 * MINUTE
"""Limits are counted by the minute. A command does not wait for a longer pause."""
USED_UP = "the platform's limit is used up"


class Wait(NamedTuple):
    """How long the account may send nothing, and why."""

    lasts: Duration
    why: str


class CallBudget:
    """Says when one account may call its platform: not while it is paused, and only within its limit, if it has one.

    An account without a limit may call when the database does not answer, because nothing then forbids it.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        per_minute: int | None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database, self._account, self._per_minute, self._sleep = database, account, per_minute, sleep
        self._has_said_why = False

    def await_call(self) -> None:
        """Return when a call may be sent. Raises `Throttled` when that takes longer than `MAX_WAIT`."""
        waited: Duration = 0
        while wait := self.acquire():
            if (waited := waited + wait.lasts) > MAX_WAIT:
                raise Throttled(wait.why, status=0)
            self._say_why(wait)
            self._sleep(wait.lasts / SECOND)

    def pause(self, lasts: Duration, detail: str = USED_UP) -> None:
        """Let the account send nothing for *lasts*. *detail* is why, by default that its last call was used.

        It never fails, because the answer to that call is worth more.
        """
        try:
            schema.check(self._database)
            SqlHolds(self._database).hold(self._account, HoldReason.RATE_LIMITED, lasts, detail)
        except StoreError as error:
            print_error(f"the workers do not know that {self._account} has to wait for {span(lasts)}: {error}")

    def acquire(self) -> Wait | None:
        """Return None when one call may be sent now, else how long to wait before asking again.

        Raises `StoreError` when the account has a limit and the database does not answer.
        """
        try:
            schema.check(self._database)
            return self._remaining_pause() or self._acquire_from_limit()
        except StoreError:
            if self._per_minute is not None:
                raise
            return None

    def _remaining_pause(self) -> Wait | None:
        with self._database.read() as connection:
            now = self._database.now(connection)
            holds = active_holds(connection, now, self._account).get(self._account, ())
        for hold in holds:
            if hold.reason == HoldReason.RATE_LIMITED and hold.until:
                detail = f": {hold.detail}" if hold.detail else ""
                return Wait(hold.until - now, f"the platform wants a pause until {when(hold.until, now)}{detail}")
        return None

    def _acquire_from_limit(self) -> Wait | None:
        wait = SqlCallLimits(self._database).acquire(self._account, 1, self._per_minute) if self._per_minute else 0
        return Wait(wait, f"its calls_per_minute is used up for {span(wait)}") if wait else None

    def _say_why(self, wait: Wait) -> None:
        if not self._has_said_why:
            print_error(f"{self._account} has to wait: {wait.why}")
            self._has_said_why = True
