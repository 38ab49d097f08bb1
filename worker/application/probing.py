"""Makes a probe for an operator, by the rules of the workers."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from worker.application.context import Context
from worker.application.names import require_name
from worker.application.platform.budget import MAX_WAIT, CallBudget
from worker.domain.accounts.probing import ProbeAnswer
from worker.domain.instants import Duration
from worker.order_api.accounts import open_account
from worker.reconcile.probe import Probe
from worker.service.accounts import context_of, open_client
from worker.store.accounts.holds import SqlHolds
from worker.store.accounts.locks import SqlLocks
from worker.store.accounts.probes import SqlProbes


@dataclass(frozen=True, slots=True)
class Probed:
    """The answer to a probe, the holds that it has lifted, and those that remain, by reason."""

    answer: ProbeAnswer
    lifted: tuple[str, ...]
    held: tuple[str, ...]


def probe(context: Context, name: str, max_wait: Duration = MAX_WAIT) -> Probed:
    """Probe the account *name*, as soon as its call budget has a call, for which it waits at most *max_wait*.

    Raises `IllegalRequest` if the settings do not name it, `StoreError`, and `Throttled` if it has to wait long.
    """
    require_name("account", name, context.settings.accounts)
    account, database = context.settings.accounts[name], context.database
    holds, budget = SqlHolds(database), CallBudget(database, name, account.calls_per_minute, tell=context.tell)
    with open_client(account) as client:
        api = open_account(account.credentials, context_of(account, client, budget.observe)).order_api()
        budget.await_call(max_wait)
        before = _reasons(holds, name)
        probes, locks = SqlProbes(database), SqlLocks(database)
        answer = Probe(holds, probes, locks, {name: api}, _has_a_call, _pause(budget), random.random).run(name)
        after = _reasons(holds, name)
    return Probed(answer, tuple(reason for reason in before if reason not in after), after)


def _has_a_call(_account: str) -> Duration:
    """Return 0: the call was taken out of the budget already."""
    return 0


def _pause(budget: CallBudget) -> Callable[[str, Duration, str], None]:
    return lambda _account, duration, detail: budget.pause(duration, detail)


def _reasons(holds: SqlHolds, account: str) -> tuple[str, ...]:
    return tuple(hold.reason for hold in holds.active() if hold.account == account)
