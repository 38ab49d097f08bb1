"""What `doctor` asks: the settings, the database, the broker, the platforms, and the journal's own health."""

import os
from collections.abc import Collection, Iterator

from worker.cli.context import BROKER_TIMEOUT, Context, open_unchecked_database
from worker.cli.platform.budget import CallBudget
from worker.domain.errors import SchemaOutdated, StoreError, Throttled, Transient
from worker.domain.figures import Health
from worker.domain.instants import MINUTE, SECOND, microseconds
from worker.operations.doctor import Check, Verdict, judge
from worker.operations.instants import span
from worker.order_api.account_checks import AccountCheck
from worker.order_api.connections import open_account
from worker.order_api.http.client import Client, Timeouts
from worker.queue.wake_ups import BrokerUnavailable, WakeUpQueue, make_celery
from worker.reconcile.budget import RATE_LIMITED
from worker.service.accounts import context_of
from worker.settings import AccountSettings, load_settings
from worker.store import schema
from worker.store.queries.health import HealthQueries

SKEW_WARNS, SKEW_FAILS = 30 * SECOND, 5 * MINUTE
"""How far our clock may be from a platform's; signatures with a timestamp further off may be refused."""


def examine(max_age: int) -> Iterator[Check]:
    """Ask every part, and judge what has waited for longer than *max_age* (microseconds).

    Raises `SettingsError`; all else that goes wrong becomes a check.
    """
    settings = load_settings(os.environ)
    accounts, sources = ", ".join(settings.accounts), ", ".join(settings.sources) or "none"
    yield Check("settings", Verdict.OK, f"They are all known and good. Accounts: {accounts}. Sources: {sources}.")
    with open_unchecked_database() as context:
        health = None
        try:
            yield _schema(context)
            health = _health(context)
            yield _modes(context)
        except StoreError as error:
            yield _no_database(error)
        yield _broker(context)
        for name, account in context.settings.accounts.items():
            yield from _platform(context, name, account, health)
        if health:
            yield from judge(health, context.policies, max_age)


def _schema(context: Context) -> Check:
    schema.check(context.database)
    kind = "SQLite" if context.database.is_sqlite else "PostgreSQL"
    return Check("database", Verdict.OK, f"{kind} answers, and its schema is up to date.")


def _no_database(error: StoreError) -> Check:
    advice = "" if isinstance(error, SchemaOutdated) else "See that it runs, and that database_url is right."
    return Check("database", Verdict.FAIL, _sentence(error), advice, unreachable=True)


def _sentence(error: Exception) -> str:
    said = str(error)
    return f"{said[:1].upper()}{said[1:]}."


def _health(context: Context) -> Health:
    settings = context.settings
    return HealthQueries(context.database).health(microseconds(max(settings.keep, settings.dedupe_for)))


def _modes(context: Context) -> Check:
    unsafe = HealthQueries(context.database).unsafe_modes()
    if not unsafe:
        return Check("durability", Verdict.OK, "What was committed survives a power failure.")
    modes = ", ".join(f"{name} is {mode}" for name, mode in unsafe.items())
    return Check(
        "durability",
        Verdict.FAIL,
        f"A power failure may lose what was acknowledged: {modes}.",
        "Keep the database on a local disk, and switch these modes on again.",
    )


def _broker(context: Context) -> Check:
    try:
        WakeUpQueue(make_celery(context.settings.queue_url, timeout=BROKER_TIMEOUT)).ping()
    except BrokerUnavailable:
        embedded = context.settings.uses_embedded_valkey
        advice = (
            "`fulfillment up` starts the embedded one."
            if embedded
            else "See that it runs, and that broker_url is right."
        )
        return Check("broker", Verdict.FAIL, "It does not answer.", advice, unreachable=True)
    return Check("broker", Verdict.OK, "It answers.")


def _platform(context: Context, name: str, account: AccountSettings, health: Health | None) -> Iterator[Check]:
    called = f"account {name}"
    held = f"{name}: {RATE_LIMITED}"
    budget = CallBudget(context.database, name, account.calls_per_minute)
    if health and any(backlog.reason == held for backlog in health.backlogs):
        yield Check(called, Verdict.WARN, "It was not asked: the platform wants a pause.")
    elif health and (wait := budget.wait()):
        yield Check(called, Verdict.WARN, f"It was not asked: {wait.why}.")
    else:
        with Client(Timeouts().within(account.call_deadline)) as client:
            found = open_account(account.credentials, context_of(account, client, budget.exhausted)).check()
        yield judge_platform(called, found)
        yield from _judge_statuses(called, found.unknown)


def judge_platform(called: str, found: AccountCheck) -> Check:
    """Return what one harmless read tells of the account *called* so."""
    match found.failure:
        case None:
            return _judge_clock(called, found.clock_ahead)
        case Throttled() as failure:
            return Check(called, Verdict.WARN, f"The platform wants a pause: {failure}.")
        case Transient() as failure:
            advice = "See that base_url is right and can be reached from here."
            return Check(called, Verdict.FAIL, f"The platform does not answer: {failure}.", advice, unreachable=True)
        case failure:
            advice = found.advice or "Compare the account's credentials with those that the platform shows."
            return Check(called, Verdict.FAIL, f"The platform refuses a harmless read: {failure}.", advice)


def _judge_statuses(called: str, unknown: Collection[str]) -> Iterator[Check]:
    if not unknown:
        return
    named = ", ".join(f"“{status}”" for status in unknown)
    sentence = f"The platform shows orders in a status that we do not know: {named}. Such an order is stopped."
    advice = "Say in the account's setting `statuses` what it means."
    yield Check(f"{called}, statuses", Verdict.WARN, sentence, advice)


def _judge_clock(called: str, ahead: int | None) -> Check:
    if ahead is None:
        return Check(called, Verdict.OK, "The platform answers, and the credentials are good.")
    if abs(ahead) < SKEW_WARNS:
        return Check(called, Verdict.OK, "The platform answers, the credentials are good, and the clocks agree.")
    verdict = Verdict.FAIL if abs(ahead) >= SKEW_FAILS else Verdict.WARN
    way = "ahead of" if ahead > 0 else "behind"
    return Check(
        called, verdict, f"Our clock is {span(ahead)} {way} the platform's.", "Set this machine's clock by NTP."
    )
