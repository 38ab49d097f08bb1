"""Makes a probe for the command `accounts probe`, by the rules of the workers, and says what came of it."""

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import click

from worker.cli.json_lines import print_json
from worker.cli.options import require_name
from worker.cli.platform.budget import CallBudget
from worker.domain.accounts.probing import ProbeAnswer, ProbeResult
from worker.domain.instants import Duration
from worker.domain.text import clean_text
from worker.operations.accounts import probe_sentence
from worker.order_api.accounts import open_account
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL
from worker.reconcile.probe import Probe
from worker.service.accounts import context_of, open_client
from worker.settings import load_settings
from worker.store import schema
from worker.store.accounts.holds import SqlHolds
from worker.store.accounts.locks import SqlLocks
from worker.store.accounts.probes import SqlProbes
from worker.store.database.database import Database

EXIT_CODES: Mapping[ProbeResult, int] = {
    ProbeResult.GOOD: WELL,
    ProbeResult.REFUSED: NEEDS_A_PERSON,
    ProbeResult.UNREACHABLE: UNREACHABLE,
    ProbeResult.UNKNOWN: UNREACHABLE,
}


MAX_SENTENCE = 1000


@dataclass(frozen=True, slots=True)
class Probed:
    """The answer to a probe, the holds that it has lifted, and those that remain, by reason."""

    answer: ProbeAnswer
    lifted: tuple[str, ...]
    held: tuple[str, ...]


def probe(name: str) -> Probed:
    """Probe the account *name*, as soon as its call budget has a call.

    Raises `SettingsError`, `IllegalRequest` if the settings do not name it, and `Throttled` if it has to wait long.
    """
    settings = load_settings(os.environ)
    require_name("account", name, settings.accounts)
    account = settings.accounts[name]
    database = Database(settings.database_url.get_secret_value(), connections=1)
    try:
        schema.check(database)
        holds, budget = SqlHolds(database), CallBudget(database, name, account.calls_per_minute)
        with open_client(account) as client:
            api = open_account(account.credentials, context_of(account, client, budget.observe)).order_api()
            budget.await_call()
            before = _reasons(holds, name)
            probes, locks = SqlProbes(database), SqlLocks(database)
            answer = Probe(holds, probes, locks, {name: api}, _has_a_call, _pause(budget), random.random).run(name)
            after = _reasons(holds, name)
    finally:
        database.close()
    return Probed(answer, tuple(reason for reason in before if reason not in after), after)


def print_answer(name: str, probed: Probed, *, as_json: bool) -> int:
    """Print what a probe of the account *name* has shown, and return the exit code."""
    answer = probed.answer
    if as_json:
        document = {"account": name, "result": answer.result.value, "detail": answer.detail}
        print_json({**document, "lifted": list(probed.lifted), "held": list(probed.held)})
    else:
        click.echo(clean_text(probe_sentence(name, answer, probed.lifted, probed.held), MAX_SENTENCE))
    return EXIT_CODES[answer.result]


def _has_a_call(_account: str) -> Duration:
    """Return 0: the call was taken out of the budget already."""
    return 0


def _pause(budget: CallBudget) -> Callable[[str, Duration, str], None]:
    return lambda _account, duration, detail: budget.pause(duration, detail)


def _reasons(holds: SqlHolds, account: str) -> tuple[str, ...]:
    return tuple(hold.reason for hold in holds.active() if hold.account == account)
