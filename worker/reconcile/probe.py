"""Probes: one harmless read shows whether a platform answers, and accepts the credentials of an account."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from worker.domain.accounts.probing import (
    FIRST_INTERVAL,
    PROBED,
    ProbeAnswer,
    ProbeResult,
    probe_interval,
    probes_in_vain,
)
from worker.domain.errors import ApiError, Throttled, Transient, Unauthorized
from worker.domain.instants import MINUTE, SECOND, Duration
from worker.domain.reasons import HoldReason
from worker.ports import Holds, Locks, OrderApi, Probes

PROBE_EVERY = FIRST_INTERVAL
"""An account that is not held is probed at most once in this time, however many orders or workers ask for a probe."""
PROBE_SELDOM: Duration = 5 * MINUTE
"""The same for orders that the platform has never shown, because whoever can name one could buy calls with it."""
MARGIN = 20 * SECOND
"""A probe is claimed for this much longer than its call can take. If its worker dies, another one probes then."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Probes accounts. Of all workers, one probes an account at a time.

    *take_call* takes one call out of an account's budget: it returns 0, or how long to wait for a call. *pause* holds
    an account because its platform asks for it. *chance* returns random numbers in [0, 1).
    """

    holds: Holds
    probes: Probes
    locks: Locks
    apis: Mapping[str, OrderApi]
    take_call: Callable[[str], Duration]
    pause: Callable[[str, Duration, str], None]
    chance: Callable[[], float]

    def confirm(self, account: str, suspicion: HoldReason, *, seldom: bool = False) -> HoldReason | None:
        """Find out whether *account* itself is in trouble, by one probe. Returns the reason of its hold, or None.

        The account is held if the platform refuses its credentials. It is held for an outage only if that is the
        *suspicion*, and the platform gives no answer. No probe is made when the account is held already, by an operator
        or otherwise. None is made either, and None is returned, when the account was probed a moment ago, or has no
        call left. With *seldom*, a moment is `PROBE_SELDOM` after a probe that found no trouble.
        """
        held = self.probes.reason(account) or self.probes.silence(account)
        if held or not seldom:
            return held or self._hold_after(self._probe_now(account), account, suspicion)
        name = f"probe:{account}:unknown"
        locked_until = self.locks.keep(name, PROBE_SELDOM, None)
        if locked_until is None:
            return None
        answer = self._probe_now(account)
        if answer is None or answer.result is not ProbeResult.GOOD:
            self.locks.release(name, locked_until)
        return self._hold_after(answer, account, suspicion)

    def _probe_now(self, account: str) -> ProbeAnswer | None:
        """Probe *account*, and return the answer; None if it was probed a moment ago, or has no call left."""
        if not self.locks.acquire(f"probe:{account}", self._claim_lasts(account)) or self.take_call(account):
            return None
        return self._ask(account)

    def _hold_after(self, answer: ProbeAnswer | None, account: str, suspicion: HoldReason) -> HoldReason | None:
        """Hold *account* if *answer* confirms that it is in trouble. Returns the reason, or None."""
        if answer is None:
            return None
        reason = next((reason for reason, confirmed_by in PROBED.items() if confirmed_by is answer.result), None)
        if reason is None or (reason is HoldReason.OUTAGE and suspicion is not reason):
            return None
        self.holds.hold(account, reason, None, answer.detail, probe_interval(0, self.chance()))
        return reason

    def run_due(self) -> None:
        """Probe the held accounts whose probe is due, one after another. Each is claimed first."""
        for account in self.probes.due(self.apis):
            made = self.probes.claim(account, self._claim_lasts(account))
            if made is not None:
                self._probe(account, made, planned=True)

    def run(self, account: str) -> ProbeAnswer:
        """Probe *account* now, as an operator asks for it, and lift the holds of which the answer proves that they end.

        It does not hold an account that is not held.
        """
        made = self.probes.claim(account, self._claim_lasts(account), early=True) or 0
        return self._probe(account, made, planned=False)

    def _probe(self, account: str, made: int, *, planned: bool) -> ProbeAnswer:
        """Make the claimed probe of *account*, after *made* others in vain, and record its answer.

        A probe that was not *planned* makes no interval longer.
        """
        reason = self.probes.reason(account)
        wait = self.take_call(account)
        if wait:
            self.probes.postpone(account, wait)
            return ProbeAnswer(ProbeResult.UNKNOWN, "the account has no call left")
        answer = self._ask(account)
        in_vain = probes_in_vain(made, reason, answer.result) if planned else made
        self.probes.record(account, answer, in_vain, probe_interval(in_vain, self.chance()))
        return answer

    def _ask(self, account: str) -> ProbeAnswer:
        try:
            self.apis[account].probe()
        except Unauthorized as error:
            return ProbeAnswer(ProbeResult.REFUSED, str(error))
        except Transient as error:
            return ProbeAnswer(ProbeResult.UNREACHABLE, str(error))
        except Throttled as error:
            self.pause(account, error.wait, str(error))
            return ProbeAnswer(ProbeResult.UNKNOWN, str(error))
        except ApiError as error:
            return ProbeAnswer(ProbeResult.UNKNOWN, str(error))
        return ProbeAnswer(ProbeResult.GOOD)

    def _claim_lasts(self, account: str) -> Duration:
        return max(PROBE_EVERY, self.apis[account].deadline + MARGIN)
