"""Puts the receiver together from its settings. Nothing is opened at import."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial

from webhook_receiver.background import BackgroundSender
from webhook_receiver.metrics import render
from webhook_receiver.profiles import NATIVE_PROFILES
from webhook_receiver.reception import Reception
from webhook_receiver.sources import Source
from webhook_receiver.views import ReceiverServices
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import microseconds
from worker.order_api.platforms import PLATFORMS
from worker.queue.celery_config import make_celery
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue
from worker.settings import Settings
from worker.store.accounts.locks import SqlLocks
from worker.store.intake.intake import SqlIntake
from worker.store.queries.counts import CountQueries
from worker.store.schema import open_store

CHECK_EVERY_SECONDS = 1.0
"""The shortest time between two checks, because anybody may ask for `/readyz`, and each check writes."""
BROKER_TIMEOUT_SECONDS = 1.0
CLOSE_WITHIN_SECONDS = 5.0


COURIERS_ALLOW = frozenset({"shipment"})
"""What a courier may report, unless its source says otherwise."""


@contextmanager
def open_receiver(settings: Settings) -> Iterator[ReceiverServices]:
    """Put a receiver together for the length of the block.

    Raises `SchemaOutdated` or `StoreUnavailable`, and `SettingsError` for a broker that Celery has no transport for, or
    for a source that does not fit its profile.
    """
    with closing(open_store(settings.database_url.get_secret_value())) as database:
        intake, locks = SqlIntake(database), SqlLocks(database)
        queue = WakeUpQueue(make_celery(settings.queue_url, timeout_seconds=BROKER_TIMEOUT_SECONDS))
        background = BackgroundSender(queue.enqueue, intake.add_counts)
        try:
            yield ReceiverServices(
                reception=Reception(sources_of(settings), intake, background, background.count),
                # To take a lock, for one microsecond, is a write to the database.
                ready=Readiness(database=partial(locks.acquire, "ready", 1), broker=queue.ping).states,
                metrics=partial(render, CountQueries(database)),
                metrics_token=settings.metrics_token.get_secret_value() if settings.metrics_token else "",
            )
        finally:
            background.close(CLOSE_WITHIN_SECONDS)


def sources_of(settings: Settings) -> dict[str, Source]:
    """Return the sources of webhooks that the settings name, by name."""
    return {name: _source(settings, name) for name in settings.sources}


def _source(settings: Settings, name: str) -> Source:
    source = settings.sources[name]
    native = NATIVE_PROFILES.get(source.profile.name) if source.profile.file is None else None
    return Source(
        name=name,
        profile=source.profile.file or NATIVE_PROFILES[source.profile.name],
        secrets={
            method: tuple(secret.get_secret_value().encode() for secret in secrets)
            for method, secrets in source.secrets.items()
        },
        account=source.account,
        read_order_id=PLATFORMS[settings.accounts[source.account].platform].read_order_id,
        allow=source.allow or (native.allow if native else COURIERS_ALLOW),
        tolerance=microseconds(source.tolerance),
        stale=source.stale,
        max_body=source.max_body,
        signed_parts=source.signed_parts,
        public_prefix=source.public_prefix,
        verification=source.verification,
        zone=source.timezone,
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
                self._states = {part: _state(check) for part, check in self._checks.items()}
                self._checked_at = time.monotonic()
            finally:
                self._lock.release()
        return self._states


def _state(check: Callable[[], object]) -> str:
    try:
        check()
    except (StoreUnavailable, BrokerUnavailable):
        return "unavailable"
    return "ok"
