"""What is shown of each account."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from worker.application.context import Context
from worker.application.overview import OverviewLook
from worker.domain.accounts.call_usage import CallUsage
from worker.domain.accounts.workers import SeenWorker, Service
from worker.domain.overview.accounts import AccountEntry, Overview
from worker.domain.overview.snapshot import Hold, State
from worker.domain.overview.watch import LastScan
from worker.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class AccountLook:
    """One account. *settings* are None if the settings do not name it; *states* are None until orders are counted.

    *silence* is the reason of the hold during which no probe comes by itself; None without one. *log* is what
    operators did to the account, the latest first.
    """

    name: str
    settings: AccountSettings | None
    states: Mapping[State, int] | None
    holds: tuple[Hold, ...]
    silence: str | None
    workers: tuple[SeenWorker, ...]
    service: Service
    usage: CallUsage | None
    scan: LastScan | None
    log: tuple[AccountEntry, ...]

    @property
    def total(self) -> int:
        """The number of all orders, as far as they are counted."""
        return sum((self.states or {}).values())


def overview_of(look: OverviewLook) -> Overview:
    """Return the accounts with their orders as they were counted last."""
    return replace(look.accounts, orders=look.orders.states.of_accounts() if look.orders else {})


def account_looks(context: Context, look: OverviewLook) -> list[AccountLook]:
    """Return all accounts of the settings, and all others with orders or holds, by name."""
    overview = overview_of(look)
    return [_look(context, look, overview, name) for name in overview.names(context.settings.accounts)]


def _look(context: Context, look: OverviewLook, overview: Overview, name: str) -> AccountLook:
    return AccountLook(
        name=name,
        settings=context.settings.accounts.get(name),
        states=look.orders.states.by_state(name) if look.orders else None,
        holds=overview.holds_of(name),
        silence=overview.silence_of(name),
        workers=overview.serving(name),
        service=overview.service_of(name),
        usage=look.usage.get(name),
        scan=look.scans.get(name),
        log=tuple(entry for entry in reversed(overview.log) if entry.account == name),
    )
