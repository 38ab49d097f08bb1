"""Explains an order by the database and today's settings: the same explanation for the command line and the console."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from worker.application.context import Context
from worker.application.deliveries.problems import FOUND_BY_THE_DATABASE
from worker.domain.accounts.call_usage import CallUsage
from worker.domain.errors import IllegalRequest, SettingsError
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import Refusals
from worker.domain.overview.snapshot import Snapshot, State, UnusedDelivery
from worker.domain.reasons import DeliveryOutcome, QuarantineReason
from worker.operations.explain.explanation import Explanation, explain
from worker.operations.explain.today import TodaysSettings
from worker.order_api.platforms import PLATFORMS
from worker.settings import Settings, load_settings
from worker.settings.settings_file import find_settings_file
from worker.store.queries.budgets import call_usage
from worker.store.queries.refusals import refused_requests

_NANOSECONDS = 1000
"""In a microsecond."""
_LOADED_AT: Instant = time.time_ns() // _NANOSECONDS
"""When this process had begun: it has the settings of that time."""
_BY_THE_DATABASE = FOUND_BY_THE_DATABASE | {QuarantineReason.TOO_MANY_UNKNOWN}
"""Reasons of which a reading alone cannot tell whether they still hold."""

_WAITS_FOR_NEWS = (State.SETTLED, State.WAITING)


def explanation_of(context: Context, key: OrderKey) -> Explanation:
    """Explain the order *key*. Raises `IllegalRequest` if the database does not have it, and `StoreUnavailable`."""
    return explain_snapshot(context, context.operations.snapshot(key))


def explain_snapshot(context: Context, snapshot: Snapshot) -> Explanation:
    """Explain the order in *snapshot*. Raises `StoreUnavailable`."""
    today = _as_of_today(context)
    policy = today.policy(snapshot.order.key.account)
    return explain(snapshot, policy, todays_settings(today, snapshot))


def todays_settings(context: Context, snapshot: Snapshot) -> TodaysSettings:
    """Return what today's settings say about the order in *snapshot*. Raises `StoreUnavailable`."""
    account = context.settings.accounts.get(snapshot.order.key.account)
    return TodaysSettings(
        changed_at=_changed_at(),
        has_account=account is not None,
        statuses=PLATFORMS[account.platform].statuses.extended(account.statuses).meanings if account else None,
        usable=frozenset(_usable(context, snapshot.unused)),
        start="fulfillment up" if context.settings.uses_embedded_valkey else "fulfillment worker",
        refusals=_refusals(context, snapshot),
        usage=_usage(context, snapshot),
    )


def _refusals(context: Context, snapshot: Snapshot) -> tuple[Refusals, ...]:
    """Return the refused requests of the sources of the account, if the order waits for news."""
    account = snapshot.order.key.account
    own = {name for name, source in context.settings.sources.items() if source.account == account}
    if snapshot.state not in _WAITS_FOR_NEWS:
        return ()
    with context.database.read() as connection:
        return tuple(each for each in refused_requests(connection) if each.source in own)


def _usage(context: Context, snapshot: Snapshot) -> CallUsage | None:
    """Return how many calls of the account are used, if the order is due."""
    account = context.settings.accounts.get(snapshot.order.key.account)
    if account is None or snapshot.state is not State.DUE:
        return None
    with context.database.read() as connection:
        ceilings = {snapshot.order.key.account: account.calls_per_minute}
        return call_usage(connection, ceilings, snapshot.now)[snapshot.order.key.account]


def _as_of_today(context: Context) -> Context:
    """Return *context* with the settings of today: a console may have begun before the file was changed."""
    changed_at = _changed_at()
    if changed_at is None or changed_at < _LOADED_AT:
        return context
    settings = _load(changed_at)
    return replace(context, settings=settings) if settings else context


@lru_cache(maxsize=1)
def _load(_changed_at: Instant) -> Settings | None:
    """Return the settings, which are read once for each change of the file; None if they are wrong."""
    with suppress(SettingsError):
        return load_settings(os.environ)
    return None


def _changed_at() -> Instant | None:
    """Return when the settings file was changed last. A setting in the environment has no such time."""
    file = find_settings_file(os.environ)
    with suppress(OSError):
        return file.path.stat().st_mtime_ns // _NANOSECONDS if file else None
    return None


def _usable(context: Context, unused: Sequence[UnusedDelivery]) -> Iterator[int]:
    """Yield the ids of those of *unused* that the receiver would take in by today's settings. Nothing is changed."""
    readable = [each for each in unused if _is_read_again(each)]
    if not readable:
        return
    from worker.application.deliveries.replays import Replays  # only an order with such deliveries needs the receiver
    from worker.store.queries.deliveries import DeliveryQueries

    replays, queries = Replays(context), DeliveryQueries(context.database)
    for each in readable:
        _, delivery = queries.show(each.id)
        with suppress(IllegalRequest):
            reading = replays.read(delivery) if delivery else None
            if reading and reading.events and not reading.unusable:
                yield each.id


def _is_read_again(delivery: UnusedDelivery) -> bool:
    """Tell whether a reading shows if the delivery can be used. A stale one can always be read."""
    return delivery.outcome == DeliveryOutcome.QUARANTINED and delivery.reason not in _BY_THE_DATABASE
