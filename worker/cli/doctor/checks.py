"""Checks every part of the installation: the settings, the database, the broker, and the platforms."""

import os
from collections.abc import Iterator, Mapping

from worker.cli.context import Context, open_unchecked_database
from worker.cli.doctor.accounts import check_account
from worker.cli.doctor.sources import check_source
from worker.cli.wake_ups import BROKER_TIMEOUT_SECONDS
from worker.domain.errors import SchemaOutdated, StoreError
from worker.domain.figures import Health
from worker.domain.instants import Duration, microseconds
from worker.operations.checks import Check, Verdict
from worker.operations.doctor import judge
from worker.operations.quarantine import judge_refusals
from worker.queue.celery_config import make_celery
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue
from worker.settings import Settings, load_settings
from worker.settings.sources import SourceSettings
from worker.store import schema
from worker.store.queries.health import HealthQueries


def run_checks(max_age: Duration) -> Iterator[Check]:
    """Yield the checks of every part, and of the backlogs in the database. A backlog older than *max_age* fails.

    Raises `SettingsError`. Every other failure is the result of a check.
    """
    yield _settings(load_settings(os.environ))
    with open_unchecked_database() as context:
        health = None
        try:
            yield _schema(context)
            health = _health(context)
            yield _durability(context)
        except StoreError as error:
            yield _no_database(error)
        yield _broker(context.settings)
        for name, account in context.settings.accounts.items():
            yield from check_account(context.database, name, account, health)
        yield from _sources(context.settings.sources, health)
        if health:
            files = {name: source for name, source in context.settings.sources.items() if source.profile.file}
            statuses = {name: source.statuses for name, source in files.items()}
            yield from judge(health, context.policies, max_age, statuses)


def _settings(settings: Settings) -> Check:
    accounts, sources = ", ".join(settings.accounts), ", ".join(settings.sources) or "none"
    return Check("settings", Verdict.OK, f"They are complete and valid. Accounts: {accounts}. Sources: {sources}.")


def _sources(sources: Mapping[str, SourceSettings], health: Health | None) -> Iterator[Check]:
    refusals = {each.source: each for each in health.refusals} if health else {}
    for name, source in sources.items():
        yield check_source(name, source)
        if name in refusals:
            yield judge_refusals(refusals[name], can_try=source.profile.file is not None)


def _schema(context: Context) -> Check:
    schema.check(context.database)
    kind = "SQLite" if context.database.is_sqlite else "PostgreSQL"
    return Check("database", Verdict.OK, f"{kind} answers, and its schema is up to date.")


def _no_database(error: StoreError) -> Check:
    text = str(error)
    stop = "" if text.endswith("?") else "."  # PostgreSQL ends with a question
    advice = "" if isinstance(error, SchemaOutdated) else "Check that it runs, and that database_url is right."
    return Check("database", Verdict.FAIL, f"{text[:1].upper()}{text[1:]}{stop}", advice, unreachable=True)


def _health(context: Context) -> Health:
    settings = context.settings
    return HealthQueries(context.database).health(microseconds(max(settings.keep, settings.dedupe_for)))


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


def _broker(settings: Settings) -> Check:
    try:
        WakeUpQueue(make_celery(settings.queue_url, timeout_seconds=BROKER_TIMEOUT_SECONDS)).ping()
    except BrokerUnavailable:
        advice = (
            "`fulfillment up` starts the embedded Valkey."
            if settings.uses_embedded_valkey
            else "Check that it runs, and that broker_url or redis_url is right."
        )
        return Check("broker", Verdict.FAIL, "It does not answer.", advice, unreachable=True)
    return Check("broker", Verdict.OK, "It answers.")
