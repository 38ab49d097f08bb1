"""The ports of whole accounts: their holds, their probes, their call limits, and locks for work of one worker."""

from collections.abc import Collection, Sequence
from typing import Protocol

from worker.domain.accounts.call_requests import Grant, Request, Seen
from worker.domain.accounts.call_state import Taken
from worker.domain.accounts.probing import ProbeAnswer
from worker.domain.instants import Duration, Instant
from worker.domain.reasons import HoldReason


class Holds(Protocol):
    """Holds: whole accounts that wait. An account has at most one hold for each reason."""

    def hold(
        self,
        account: str,
        reason: HoldReason,
        lasts: Duration | None,
        detail: str = "",
        probe_in: Duration | None = None,
    ) -> None:
        """Hold the account for *lasts*, or until `lift` when that is None. *probe_in* is when the next probe is due.

        If the account is held for *reason* already, the later end counts, and the next probe stays due when it was.
        """

    def lift(self, account: str, reason: HoldReason) -> bool:
        """Lift this one hold. Returns False when there is none.

        The time that it lasted does not count against `retry_for` of the account's orders. The failures that led to a
        hold which probes lift are forgotten. With the last hold of an account, its orders begin again a few at a time.
        """


class Probes(Protocol):
    """The probes of held accounts: which are due, and which worker makes them. Of all workers, one probes at a time."""

    def reason(self, account: str) -> HoldReason | None:
        """Return the reason for which the account is held until a probe lifts it; None when it is not."""

    def silence(self, account: str) -> HoldReason | None:
        """Return the reason of the hold for which no probe of the account comes by itself; None when there is none.

        An operator, or the platform, wants it.
        """

    def due(self, accounts: Collection[str]) -> Sequence[str]:
        """Return those of *accounts* that should be probed now, the one that was held first at the head.

        An account with `silence` is not among them.
        """

    def claim(self, account: str, lasts: Duration, *, early: bool = False) -> int | None:
        """Claim the next probe of a held account for *lasts*, which must be longer than the probe takes.

        Returns how many probes were in vain before; None when none is due, or another worker has claimed it. With
        *early*, it need not be due. If the claim ends without `record`, the probe is due again.
        """

    def postpone(self, account: str, wait: Duration) -> None:
        """Give back a claimed probe that was not made: it is due again after *wait*."""

    def record(self, account: str, answer: ProbeAnswer, in_vain: int, next_in: Duration) -> None:
        """Lift the holds of which *answer* proves that they are over; the next probe of the others is due in *next_in*.

        *in_vain* is how many probes of these holds have confirmed them.
        A refused account is held for its credentials from then on. Nothing is done when no probe is awaited any more.
        """


class CallLimits(Protocol):
    """The call limits of the accounts, which all workers share."""

    def acquire(self, account: str, request: Request, ceiling: int | None, seen: Seen | None = None) -> Grant:
        """Take the calls of *request*, or tell how long to wait. *ceiling* is the configured limit of calls a minute.

        *seen* is the newest answer of the platform that this process has seen and not handed in yet.
        """

    def give_back(self, account: str, unused: Taken, ceiling: int | None) -> None:
        """Give back calls that were taken and not made, unless they are too old to count."""

    def learn(self, account: str, seen: Seen) -> None:
        """Record what was *seen* of the account's limit, for all workers."""


class Locks(Protocol):
    """Locks for work that only one worker should do. A lock ends by itself."""

    def acquire(self, name: str, lasts: Duration) -> bool:
        """Take the lock *name* for *lasts*. Returns False while it is taken."""

    def keep(self, name: str, lasts: Duration, held_until: Instant | None) -> Instant | None:
        """Take the lock *name* for *lasts* from now on, or keep it. Returns until when it is held now.

        Whoever keeps a lock names with *held_until* what the last call returned; None takes a free lock. Returns None
        when somebody else has the lock.
        """

    def release(self, name: str, held_until: Instant) -> None:
        """Free the lock *name*, unless somebody else has it by now. *held_until* as in `keep`."""
