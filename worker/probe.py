"""The probe: one harmless read that tells an account's trouble from an order's."""

from collections.abc import Callable, Mapping

from worker.domain.errors import ApiError, Unauthorized
from worker.domain.instants import SECOND
from worker.ports import Holds, OrderApi

CREDENTIALS = "credentials"
PROBE_EVERY = 30 * SECOND
"""One probe an account in this time, however many orders or workers ask for one."""


class Probe:
    """Finds out whether an account's credentials are good. Only a probe that failed holds an account.

    *allows* says whether an account may make a call.
    """

    def __init__(self, holds: Holds, apis: Mapping[str, OrderApi], allows: Callable[[str], bool]) -> None:
        self._holds, self._apis, self._allows = holds, apis, allows

    def __call__(self, account: str) -> bool | None:
        """Probe *account*: True, its hold is lifted; False, it is held; None, nobody can tell now."""
        if not (self._holds.claim(f"probe:{account}", PROBE_EVERY) and self._allows(account)):
            return None
        try:
            self._apis[account].probe()
        except Unauthorized as error:
            self._holds.hold(account, CREDENTIALS, None, str(error))
            return False
        except ApiError:
            return None
        self._holds.lift(account, CREDENTIALS)
        return True
