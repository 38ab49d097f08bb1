"""Puts the receiver together from its settings. Nothing is opened at import."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial

import structlog
from flask import Flask

from webhook_receiver.background.sender import BackgroundSender
from webhook_receiver.metrics import render
from webhook_receiver.pages import ReceiverServices, create_app
from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.reception import Reception
from webhook_receiver.sources import Source
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import microseconds
from worker.domain.kept import KeptKey
from worker.order_api.platforms import PLATFORMS
from worker.queue.celery_config import make_celery
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue
from worker.settings import Settings
from worker.settings.carriers import Carrying, allowed, carrying_of, max_unknown_of
from worker.store.accounts.locks import SqlLocks
from worker.store.database.database import Database
from worker.store.intake.intake import SqlIntake
from worker.store.queries.counts import CountQueries, count_groups
from worker.store.queries.integrity import MAX_CANDIDATES, IntegrityQueries, RecentIntegrity
from worker.store.queries.older_rows import OlderRows
from worker.store.queries.row_ranges import recent_rows
from worker.store.refusals import SqlRefusals
from worker.store.schema import open_store

CHECK_EVERY_SECONDS = 1.0
"""The shortest time between two checks, because anybody may ask for `/readyz`, and each check writes."""
BROKER_TIMEOUT_SECONDS = 1.0
CLOSE_WITHIN_SECONDS = 5.0


log = structlog.get_logger()


@contextmanager
def open_app(settings: Settings) -> Iterator[Flask]:
    """Open the application with its services for the length of the block. Raises what `open_receiver` raises."""
    with open_receiver(settings) as services:
        yield create_app(services)


@contextmanager
def open_receiver(settings: Settings) -> Iterator[ReceiverServices]:
    """Put a receiver together for the length of the block.

    Raises `SchemaOutdated` or `StoreUnavailable`, and `SettingsError` for a broker that Celery has no transport for, or
    for a source that does not fit its profile.
    """
    with closing(open_store(settings.database_url.get_secret_value())) as database:
        locks = SqlLocks(database)
        bounds = {name: source.kept_bounds for name, source in settings.sources.items()}

        def note_evicted(evicted: Mapping[KeptKey, int]) -> None:
            background.note_evicted(evicted)  # it comes later, because it needs the intake, too

        intake = SqlIntake(database, bounds, note_evicted)
        queue = WakeUpQueue(
            make_celery(settings.queue_url, timeout_seconds=BROKER_TIMEOUT_SECONDS, ca_file=settings.ca_file)
        )
        background = BackgroundSender(queue.enqueue, intake.add_counts, SqlRefusals(database).add)
        counts = _counts(settings, database)
        try:
            yield ReceiverServices(
                reception=Reception(
                    sources_of(settings),
                    intake,
                    background,
                    background.count,
                    background.note,
                    background.note_delivery,
                ),
                # To take a lock, for one microsecond, is a write to the database.
                ready=Readiness(database=partial(locks.acquire, "ready", 1), broker=queue.ping).states,
                metrics=partial(render, counts),
                metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
                trusted_proxies=settings.trusted_proxies,
            )
        finally:
            background.close(CLOSE_WITHIN_SECONDS)
            counts.close()
            queue.close()


def _counts(settings: Settings, database: Database) -> CountQueries:
    policies = {name: account.policy for name, account in settings.accounts.items()}
    never_pruned = microseconds(max(settings.keep, settings.dedupe_for))
    check = partial(IntegrityQueries(database).check, policies, never_pruned, MAX_CANDIDATES)
    older = OlderRows(database, lambda rows: check(lambda _connection: rows).discrepancies)
    integrity = RecentIntegrity(partial(check, recent_rows), older=older)
    return CountQueries(database, integrity, policies, OlderRows(database, partial(count_groups, database)))


def sources_of(settings: Settings) -> dict[str, Source]:
    """Return the sources of webhooks that the settings name, by name."""
    carrying = carrying_of(settings.sources)
    return {name: _source(settings, name, carrying[name]) for name in settings.sources}


def _source(settings: Settings, name: str, carrying: Carrying) -> Source:
    source = settings.sources[name]
    return Source(
        name=name,
        profile=source.profile.file or NATIVE_PROFILES[source.profile.name],
        secrets={
            method: tuple(secret.get_secret_value().encode() for secret in secrets)
            for method, secrets in source.secrets.items()
        },
        account=source.account,
        read_order_id=PLATFORMS[settings.accounts[source.account].platform].read_order_id,
        allow=allowed(source),
        orders=carrying.orders,
        takes_orders=carrying.takes,
        carriers=carrying.carriers,
        tolerance=microseconds(source.tolerance),
        stale=source.stale,
        max_body=source.max_body,
        max_unknown=max_unknown_of(source),
        signed_parts=source.signed_parts,
        public_prefix=source.public_prefix,
        verification=source.verification,
        zone=source.timezone,
        tracking_hosts=source.tracking_hosts,
        options=source.options,
        number_prefix=source.number_prefix,
        reference=source.reference,
        statuses=source.statuses,
    )


class Readiness:
    """The state of each part: *checks*, by part, raise when it is unavailable. Each state is kept for a second."""

    def __init__(self, **checks: Callable[[], object]) -> None:
        self._checks, self._lock = checks, threading.Lock()
        self._states: Mapping[str, str] = dict.fromkeys(checks, "unknown")
        self._checked_at = float("-inf")

    def states(self) -> Mapping[str, str]:
        """Return `ok`, `unavailable` or `unknown` for each part."""
        if time.monotonic() - self._checked_at > CHECK_EVERY_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._states = {part: _state(part, check) for part, check in self._checks.items()}
                self._checked_at = time.monotonic()
            finally:
                self._lock.release()
        return self._states


def _state(part: str, check: Callable[[], object]) -> str:
    try:
        check()
    except (StoreUnavailable, BrokerUnavailable):
        return "unavailable"
    except Exception:  # a part that fails in an unknown way is of no use, either
        log.exception("readiness_check_failed", part=part)
        return "unavailable"
    return "ok"
