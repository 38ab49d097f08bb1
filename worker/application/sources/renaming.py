"""Gives the orders of a source that has a new name to that name, after the checks that need the settings."""

from collections.abc import Mapping

from worker.application.context import Context
from worker.application.names import require_name
from worker.domain.errors import IllegalRequest
from worker.operations.phrases import counted
from worker.operations.renaming import rename
from worker.settings.carriers import carriers_of
from worker.store.queries.carriers import carried_orders


def rename_source(context: Context, before: str, after: str, reason: str) -> str:
    """Give the orders of the source *before* to *after*, its new name in the settings. Return a sentence about it.

    Raises `IllegalRequest` and `StoreUnavailable`; then it can be repeated.
    """
    return rename(context.operations, _account(context, before, after), before, after, reason)


def foresee_rename(context: Context, before: str, after: str) -> str:
    """Return what `rename_source` would do, in a sentence. Raises `IllegalRequest` for names that it refuses."""
    open_orders = former_names(context, _account(context, before, after)).get(before, 0)
    orders = counted(open_orders, "open order", "open orders")
    return f"{orders} of {before} would belong to {after}, and so would its references and its orders that are closed."


def _account(context: Context, before: str, after: str) -> str:
    """Return the account of the source *after*. Raises `IllegalRequest` unless it may get the orders of *before*."""
    sources = context.settings.sources
    account = sources[after].account if after in sources else ""
    require_name("courier", after, sorted(carriers_of(sources.items(), account) if account else sources))
    if before in sources:
        raise IllegalRequest(f"{before} is a source of the settings: give its orders to another one by one")
    return account


def former_names(context: Context, account: str) -> Mapping[str, int]:
    """Return the names that carry open orders of *account* and are no source any more, with the number of these."""
    carried, sources = carried_orders(context.database), context.settings.sources
    return {name: count for (its, name), count in carried.items() if its == account and name not in sources}


def can_carry(context: Context, source: str) -> bool:
    """Tell whether *source*, one of the settings, can carry orders, so that it may get those of a former name."""
    sources = context.settings.sources
    return source in carriers_of(sources.items(), sources[source].account)
