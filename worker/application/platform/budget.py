"""The call budget of an account, for commands. It is in the database, so that commands and workers share it."""

import time
from collections.abc import Callable
from typing import NamedTuple

from worker.domain.accounts.call_requests import CallUse, Request, Seen
from worker.domain.accounts.observations import MAX_CLOSED, Observation
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
"""The longest wait of a command. A limit of calls a minute needs less; a pause may need more."""
USED_UP = "the platform's limit is used up"


class Wait(NamedTuple):
    """The time for which the account may send nothing, and the reason."""

    duration: Duration
    reason: str


class CallBudget:
    """Tells when one account may call its platform: not during a pause, and only within its calls *per_minute*, if any.

    An account without a limit may also call when the database does not answer. *tell* gets sentences for the person who
    waits; a command prints them.
    """

    def __init__(
        self,
        database: Database,
        account: str,
        per_minute: int | None,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = print_error,
    ) -> None:
        self._database, self._account, self._per_minute = database, account, per_minute
        self._sleep, self._tell = sleep, tell
        self._has_told_wait = False
        self._seen: tuple[Observation, int] | None = None

    def await_call(self, max_wait: Duration = MAX_WAIT) -> None:
        """Return when one call may be sent, which uses it up.

        Raises `Throttled` if that takes longer than *max_wait*, and what `acquire` raises.
        """
        waited: Duration = 0
        while wait := self.acquire():
            if (waited := waited + wait.duration) > max_wait:
                raise Throttled(wait.reason, status=0)
            self._tell_once(wait)
            self._sleep(wait.duration / SECOND)

    def observe(self, observation: Observation) -> None:
        """Note what an answer of the platform says about the limit; the next `acquire` records it for the workers.

        The last call that is left is recorded at once, because no other may follow.
        """
        self._seen = observation, time.monotonic_ns() // 1000
        if observation.closed_for > MAX_CLOSED:
            self.pause(MAX_CLOSED)
        elif wait := observation.closed_for:
            self._record(lambda: SqlCallLimits(self._database).learn(self._account, Seen(observation, 0)), wait)

    def pause(self, duration: Duration, detail: str = USED_UP) -> None:
        """Let the account send nothing for *duration*. *detail* is the reason, for people.

        If the database does not answer, it only tells so: the caller still needs the answer that it has got.
        """
        self._record(
            lambda: SqlHolds(self._database).hold(self._account, HoldReason.RATE_LIMITED, duration, detail), duration
        )

    def _record(self, write: Callable[[], object], duration: Duration) -> None:
        try:
            schema.check(self._database)
            write()
        except StoreError as error:
            self._tell(f"the workers do not know that {self._account} has to wait for {span(duration)}: {error}")

    def acquire(self) -> Wait | None:
        """Return None if one call may be sent now, which uses it up; else the time to wait before the next try.

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
        request = Request(use=CallUse.OPERATOR)
        grant = SqlCallLimits(self._database).acquire(self._account, request, self._per_minute, self._take_seen())
        return Wait(grant.wait, f"its call budget is used up for {span(grant.wait)}") if grant.wait else None

    def _take_seen(self) -> Seen | None:
        seen, self._seen = self._seen, None
        return None if seen is None else Seen(seen[0], time.monotonic_ns() // 1000 - seen[1])

    def _tell_once(self, wait: Wait) -> None:
        if not self._has_told_wait:
            self._tell(f"{self._account} has to wait: {wait.reason}")
            self._has_told_wait = True
