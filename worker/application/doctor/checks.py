"""Checks every part of the installation: the settings, the database, the broker, and the platforms."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing

from worker.application.context import Context, open_unchecked_database
from worker.application.doctor.accounts import check_account, judge_dry_run
from worker.application.doctor.database import (
    NAME_AUTHORITY,
    check_durability,
    check_file,
    check_schema,
    check_write_ahead_log,
    judge_error,
)
from worker.application.doctor.privacy import check_data_dir, check_files, check_secrets
from worker.application.doctor.receiver import check_receiver
from worker.application.doctor.sources import check_source
from worker.application.wake_ups import BROKER_TIMEOUT_SECONDS
from worker.domain.errors import StoreError
from worker.domain.instants import Duration, microseconds
from worker.domain.overview.figures import Health
from worker.operations.doctor.carriers import judge_carriers, judge_unlimited
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.doctor import judge
from worker.operations.doctor.encryption import judge_encryption
from worker.operations.doctor.refusals import judge_all_refusals
from worker.operations.doctor.unknown import judge_unknown
from worker.operations.doctor.watch import judge_watch
from worker.operations.doctor.workers import judge_workers
from worker.processes.version import program_version
from worker.queue.celery_config import make_celery
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue
from worker.settings import Settings, load_settings
from worker.settings.carriers import max_unknown_of, orders_by_account, unlimited_reporters
from worker.settings.files import files_with_secrets
from worker.settings.sources import SourceSettings
from worker.store.queries.accounts import AccountQueries
from worker.store.queries.carriers import carried_orders
from worker.store.queries.health import HealthQueries
from worker.store.queries.watch import WatchQueries


def run_checks(max_age: Duration, *, checks_all: bool = False) -> Iterator[Check]:
    """Yield the checks of every part, and of the backlogs in the database. A backlog older than *max_age* fails.

    With *checks_all*, all rows of the tables are compared, not only the recent ones.

    Raises `SettingsError`. Every other failure is the result of a check.
    """
    yield _settings(load_settings(os.environ))
    yield check_files(files_with_secrets(os.environ))
    with open_unchecked_database() as context:
        health = None
        yield from check_data_dir(context.settings.data_dir)
        try:
            yield check_schema(context)
            yield from check_file(context.database)
            health = _health(context, checks_all=checks_all)
            yield check_durability(context)
            yield from check_write_ahead_log(context)
        except StoreError as error:
            yield judge_error(context.database, error)
        yield _broker(context.settings)
        yield check_receiver(context.settings, health)
        yield from judge_encryption(
            context.settings.broker_url.get_secret_value(), context.settings.database_url.get_secret_value()
        )
        for name, account in context.settings.accounts.items():
            yield from check_account(context.database, name, account, health)
            yield from judge_dry_run(name, account)
        yield from _sources(context.settings.sources, health)
        yield from judge_unlimited(unlimited_reporters(context.settings.sources))
        try:
            yield from _judge_health(context, health, max_age) if health else ()
        except StoreError as error:
            yield judge_error(context.database, error)


def database_checks(context: Context, max_age: Duration) -> Iterator[Check]:
    """Yield the checks that only ask the database, as `run_checks` would. No platform and no broker is asked.

    A failure of the database is the result of a check.
    """
    try:
        yield check_schema(context)
        yield from check_file(context.database)
        health = _health(context, checks_all=False)
        yield check_durability(context)
        yield from check_write_ahead_log(context)
        yield from _sources(context.settings.sources, health)
        yield from _judge_health(context, health, max_age)
    except StoreError as error:
        yield judge_error(context.database, error)


def _judge_health(context: Context, health: Health, max_age: Duration) -> Iterator[Check]:
    files = {name: source for name, source in context.settings.sources.items() if source.profile.file}
    statuses = {name: source.statuses for name, source in files.items()}
    overview = AccountQueries(context.database).overview()
    yield from judge_workers(overview, context.settings.accounts, max_age, program_version())
    bounds = {name: max_unknown_of(source) for name, source in context.settings.sources.items()}
    yield from judge_unknown(health.unknown_orders, bounds)
    yield from judge(health, context.policies, max_age, statuses)
    yield from judge_carriers(orders_by_account(context.settings.sources), carried_orders(context.database))
    yield from _watch(context)


def _settings(settings: Settings) -> Check:
    accounts, sources = ", ".join(settings.accounts), ", ".join(settings.sources) or "none"
    return Check("settings", Verdict.OK, f"They are complete and valid. Accounts: {accounts}. Sources: {sources}.")


def _sources(sources: Mapping[str, SourceSettings], health: Health | None) -> Iterator[Check]:
    for name, source in sources.items():
        yield check_source(name, source)
        yield from check_secrets(name, source)
    if health:
        can_try = {name: source.profile.file is not None for name, source in sources.items()}
        yield from judge_all_refusals(health.refusals, health.now, can_try)


def _health(context: Context, *, checks_all: bool) -> Health:
    settings = context.settings
    never_pruned = microseconds(max(settings.keep, settings.dedupe_for))
    return HealthQueries(context.database).health(never_pruned, context.policies, checks_all=checks_all)


def _watch(context: Context) -> Iterator[Check]:
    settings = context.settings
    watch = WatchQueries(context.database).watch(context.policies, settings.sources)
    yield from judge_watch(watch, dict.fromkeys(settings.accounts, microseconds(settings.scan_every)))


def _broker(settings: Settings) -> Check:
    try:
        with closing(
            WakeUpQueue(
                make_celery(settings.queue_url, timeout_seconds=BROKER_TIMEOUT_SECONDS, ca_file=settings.ca_file)
            )
        ) as queue:
            queue.ping()
    except BrokerUnavailable as error:
        if "certificate" in str(error):
            text = str(error)
            return Check("broker", Verdict.FAIL, f"{text[:1].upper()}{text[1:]}.", NAME_AUTHORITY, unreachable=True)
        advice = (
            "`fulfillment up` starts the embedded Valkey."
            if settings.uses_embedded_valkey
            else "Check that it runs, and that broker_url or redis_url is right."
        )
        return Check("broker", Verdict.FAIL, "It does not answer.", advice, unreachable=True)
    return Check("broker", Verdict.OK, "It answers.")
