"""How much of each account's call budget is used."""

from collections.abc import Mapping

from sqlalchemy import Connection, select

from worker.domain.accounts.call_state import BudgetState, state_of
from worker.domain.accounts.call_usage import CallUsage, usage_of
from worker.domain.instants import Instant
from worker.store.tables import budgets


def call_usage(connection: Connection, ceilings: Mapping[str, int | None], now: Instant) -> dict[str, CallUsage]:
    """Return the usage of each account in *ceilings*, which has its calls a minute; None: the settings say nothing."""
    rows = connection.execute(select(budgets.c.account, budgets.c.state))
    states = {account: state_of(text) for account, text in rows}
    return {name: usage_of(states.get(name, BudgetState()), now, ceiling) for name, ceiling in ceilings.items()}
