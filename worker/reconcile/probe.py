"""The probe: one harmless read that shows whether the platform accepts the credentials of an account."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from worker.domain.errors import ApiError, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.reasons import HoldReason
from worker.ports import Holds, Locks, OrderApi

PROBE_EVERY = 30 * SECOND
"""An account is probed at most once in this time, however many orders or workers ask for a probe."""


class ProbeResult(StrEnum):
    """The result of a probe of an account's credentials."""

    GOOD = "good"
    """The platform accepts them; the hold is lifted."""
    REFUSED = "refused"
    """The platform refuses them; the account is held."""
    UNKNOWN = "unknown"
    """No probe was made, or it had no clear answer; the holds stay as they are."""


class Probe:
    """Probes accounts. Only a refused probe holds an account for its credentials.

    *may_call* takes one call out of an account's budget, and returns whether there was one.
    """

    def __init__(
        self, holds: Holds, locks: Locks, apis: Mapping[str, OrderApi], may_call: Callable[[str], bool]
    ) -> None:
        self._holds, self._locks, self._apis, self._may_call = holds, locks, apis, may_call

    def run(self, account: str) -> ProbeResult:
        """Probe *account*, unless it was just probed or may make no call. Hold it, or lift its hold, by the result."""
        if not (self._locks.acquire(f"probe:{account}", PROBE_EVERY) and self._may_call(account)):
            return ProbeResult.UNKNOWN
        try:
            self._apis[account].probe()
        except Unauthorized as error:
            self._holds.hold(account, HoldReason.CREDENTIALS, None, str(error))
            return ProbeResult.REFUSED
        except ApiError:
            return ProbeResult.UNKNOWN
        self._holds.lift(account, HoldReason.CREDENTIALS)
        return ProbeResult.GOOD
