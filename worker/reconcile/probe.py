"""The probe: one harmless read that tells whether an account or one of its orders is in trouble."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from worker.domain.errors import ApiError, Unauthorized
from worker.domain.instants import SECOND
from worker.domain.reasons import HoldReason
from worker.ports import Holds, Locks, OrderApi

PROBE_EVERY = 30 * SECOND
"""An account is probed once in this time, however many orders or workers ask for it."""


class ProbeResult(StrEnum):
    """What a probe found out about an account's credentials."""

    GOOD = "good"
    """The platform accepts them; their hold is lifted."""
    REFUSED = "refused"
    """The platform refuses them; the account is held."""
    UNKNOWN = "unknown"
    """Nobody can tell now; holds stay as they are."""


class Probe:
    """Finds out whether an account's credentials are good. Only a failed probe holds an account.

    *may_call* takes one call out of an account's budget, and says whether there was one.
    """

    def __init__(
        self, holds: Holds, locks: Locks, apis: Mapping[str, OrderApi], may_call: Callable[[str], bool]
    ) -> None:
        self._holds, self._locks, self._apis, self._may_call = holds, locks, apis, may_call

    def run(self, account: str) -> ProbeResult:
        """Probe *account*, and hold it or lift its hold."""
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
