"""Logs when an account is held, and when its orders go on, whether a worker or an operator holds it or lets it go."""

from collections.abc import Collection

import structlog

from worker.domain.instants import SECOND, Instant, moment_of
from worker.domain.overview.snapshot import Hold
from worker.store.accounts.holds import SqlHolds

log = structlog.get_logger()

HOLDS_INTERVAL_SECONDS = 1.0


class HoldLog:
    """Ends expired holds, and logs what has changed in the holds of *accounts* since its last run."""

    def __init__(self, holds: SqlHolds, accounts: Collection[str]) -> None:
        self._holds, self._accounts = holds, accounts
        self._known: tuple[Hold, ...] = ()

    def run(self) -> None:
        """Raises `StoreUnavailable`."""
        self._holds.expire()
        active = tuple(hold for hold in self._holds.active() if hold.account in self._accounts)
        before = {(hold.account, hold.reason, hold.since) for hold in self._known}
        for hold in active:
            if (hold.account, hold.reason, hold.since) not in before:
                _log_hold(hold)
        for account in dict.fromkeys(hold.account for hold in self._known):
            if all(hold.account != account for hold in active):
                log.info("account_resumed", account=account)
        self._known = active


def _log_hold(hold: Hold) -> None:
    log.warning(
        "account_held",
        account=hold.account,
        reason=hold.reason,
        detail=hold.detail,
        until=_time(hold.until),
        next_probe=_time(hold.next_probe),
    )


def _time(instant: Instant | None) -> str | None:
    """Return *instant* to the second, as ISO 8601 in UTC."""
    return None if instant is None else moment_of(instant // SECOND * SECOND).isoformat()
