"""Calls that a process has taken ahead from the budget of one account, so that not every order needs a transaction."""

import threading

from worker.domain.accounts.call_requests import CallUse, Grant, Request
from worker.domain.accounts.call_state import CALL_DELAY, Taken

AHEAD_LASTS = CALL_DELAY // 4
"""Calls are served for this long after they were taken. So each of them still begins within `CALL_DELAY`."""


class CallsAhead:
    """The calls that are left of those taken ahead. Threads may share it. Instants are those of `monotonic_us`."""

    def __init__(self) -> None:
        self._left, self._taken_at_us = Taken(0, 0), 0
        self._is_being_filled = False
        self._lock = threading.Lock()

    def take(self, request: Request, now: int) -> Grant | None:
        """Return the calls of *request*, with their age; None when the database has to decide."""
        if not _may_be_ahead(request):
            return None
        with self._lock:
            if not self._are_fresh(now) or self._left.calls < request.calls:
                return None
            self._left = Taken(self._left.calls - request.calls, self._left.at)
            return Grant(Taken(request.calls, self._left.at), age=now - self._taken_at_us)

    def begin(self, request: Request) -> Taken | None:
        """Let the caller fill this with its *request*. Returns the calls to give back with it.

        None: another thread does so, or this request is none that takes calls ahead. After `begin`, `end` must follow.
        """
        if not _may_be_ahead(request):
            return None
        with self._lock:
            if self._is_being_filled:
                return None
            self._is_being_filled = True
            left, self._left = self._left, Taken(0, 0)
            return left

    def end(self, ahead: Taken, now: int) -> None:
        """Serve the calls *ahead*, which were taken after *now*. If there are none, calls go back to the database."""
        with self._lock:
            self._is_being_filled, self._taken_at_us = False, now
            self._left = ahead if ahead.calls else Taken(0, 0)

    def give_back(self, unused: Taken, now: int) -> bool:
        """Serve *unused* calls again. Returns False when they were not taken together with those that are left."""
        with self._lock:
            if unused.at != self._left.at or not self._are_fresh(now):
                return False
            self._left = Taken(self._left.calls + unused.calls, unused.at)
            return True

    def _are_fresh(self, now: int) -> bool:
        return now - self._taken_at_us < AHEAD_LASTS


def _may_be_ahead(request: Request) -> bool:
    """Tell whether *request* is one of an order, without calls of another instant that go back with it."""
    return request.use is CallUse.ORDERS and request.unused is None
