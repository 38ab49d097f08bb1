"""Checks every part of the installation: the settings, the database, the broker, and the platforms."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing

from worker.application.context import Context, open_unchecked_database
from worker.application.doctor.accounts import check_account, judge_dry_run
from worker.application.doctor.privacy import check_data_dir, check_files, check_secrets
from worker.application.doctor.sources import check_source
from worker.application.wake_ups import BROKER_TIMEOUT_SECONDS
from worker.domain.errors import SchemaOutdated, StoreError
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
from worker.queue.celery_config import make_celery
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue
from worker.settings import Settings, load_settings
from worker.settings.carriers import max_unknown_of, orders_by_account, unlimited_reporters
from worker.settings.files import files_with_secrets
from worker.settings.sources import SourceSettings
from worker.store import schema
from worker.store.database.write_ahead_log import WriteAheadLog
from worker.store.queries.accounts import AccountQueries
from worker.store.queries.carriers import carried_orders
from worker.store.queries.health import HealthQueries
from worker.store.queries.watch import WatchQueries

NAME_AUTHORITY = "If a private authority certifies it, name the file with the authority's certificate as ca_file."


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
            yield _schema(context)
            health = _health(context, checks_all=checks_all)
            yield _durability(context)
            yield from _write_ahead_log(context)
        except StoreError as error:
            yield _no_database(error)
        yield _broker(context.settings)
        yield from judge_encryption(
            context.settings.broker_url.get_secret_value(), context.settings.database_url.get_secret_value()
        )
        for name, account in context.settings.accounts.items():
            yield from check_account(context.database, name, account, health)
            yield from judge_dry_run(name, account)
        yield from _sources(context.settings.sources, health)
        yield from judge_unlimited(unlimited_reporters(context.settings.sources))
        if health:
            files = {name: source for name, source in context.settings.sources.items() if source.profile.file}
            statuses = {name: source.statuses for name, source in files.items()}
            overview = AccountQueries(context.database).overview()
            yield from judge_workers(overview, context.settings.accounts, max_age)
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


def _schema(context: Context) -> Check:
    schema.check(context.database)
    kind = "SQLite" if context.database.is_sqlite else "PostgreSQL"
    return Check("database", Verdict.OK, f"{kind} answers, and its schema is up to date.")


def _no_database(error: StoreError) -> Check:
    text = str(error)
    stop = "" if text.endswith("?") else "."  # PostgreSQL ends with a question
    advice = "" if isinstance(error, SchemaOutdated) else "Check that it runs, and that database_url is right."
    if "certificate" in text:
        advice = f"{advice} {NAME_AUTHORITY}"
    return Check("database", Verdict.FAIL, f"{text[:1].upper()}{text[1:]}{stop}", advice, unreachable=True)


def _health(context: Context, *, checks_all: bool) -> Health:
    settings = context.settings
    never_pruned = microseconds(max(settings.keep, settings.dedupe_for))
    return HealthQueries(context.database).health(never_pruned, context.policies, checks_all=checks_all)


def _watch(context: Context) -> Iterator[Check]:
    settings = context.settings
    watch = WatchQueries(context.database).watch(context.policies, settings.sources)
    yield from judge_watch(watch, dict.fromkeys(settings.accounts, microseconds(settings.scan_every)))


def _durability(context: Context) -> Check:
    unsafe = HealthQueries(context.database).unsafe_modes()
    if not unsafe:
        return Check("durability", Verdict.OK, "Committed data survives a power failure.")
    modes = ", ".join(f"{name} is {mode}" for name, mode in unsafe.items())
    return Check(
        "durability",
        Verdict.FAIL,
        f"A power failure may lose deliveries that were acknowledged: {modes}.",
        "Keep the database on a local disk, and switch these modes on again.",
    )


def _write_ahead_log(context: Context) -> Iterator[Check]:
    """Yield a warning if SQLite's write-ahead log has grown."""
    log = WriteAheadLog(context.database)
    if not log.has_grown:
        return
    size = f"SQLite's write-ahead log has {log.size() // 1_000_000} MB"
    if log.is_read():
        sentence = f"{size}, because a program that reads the database keeps a transaction open."
        advice = "End it: it may be a `sqlite3` shell after BEGIN. `fuser -v` with the file shows who has it open."
    else:
        sentence, advice = f"{size}, and nobody reads it any more.", "A running worker empties it by itself."
    yield Check("write-ahead log", Verdict.WARN, sentence, advice)


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
