"""Checks an account by one harmless read at its platform, unless the account has to wait."""

from collections.abc import Iterator, Sequence

from worker.application.platform.budget import CallBudget
from worker.domain.errors import Throttled, Transient
from worker.domain.instants import MINUTE, SECOND, Duration
from worker.domain.overview.figures import Health
from worker.domain.reasons import HoldReason
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict
from worker.operations.instants import span
from worker.order_api.account_checks import AccountCheck
from worker.order_api.accounts import open_account
from worker.service.accounts import context_of, open_client
from worker.settings import AccountSettings
from worker.store.database.database import Database

SKEW_THAT_WARNS, SKEW_THAT_FAILS = 30 * SECOND, 5 * MINUTE
"""Differences between our clock and a platform's. The platform may refuse a signature if its timestamp is wrong."""


def check_account(database: Database, name: str, account: AccountSettings, health: Health | None) -> Iterator[Check]:
    """Check the account *name*. *health* is None when the database does not answer."""
    title = f"account {name}"
    pause = f"{name}: {HoldReason.RATE_LIMITED}"
    budget = CallBudget(database, name, account.calls_per_minute)
    if health and any(backlog.reason == pause for backlog in health.backlogs):
        yield Check(title, Verdict.WARN, "It was not asked: the platform wants a pause.")
    elif health and (wait := budget.acquire()):
        yield Check(title, Verdict.WARN, f"It was not asked: {wait.reason}.")
    else:
        with open_client(account) as client:
            result = open_account(account.credentials, context_of(account, client, budget.observe)).check()
        yield from judge_account(title, result)


def judge_account(title: str, result: AccountCheck) -> Iterator[Check]:
    """Yield a check for the result of one harmless read, and a warning if orders have statuses that we do not know."""
    yield _judge_access(title, result)
    if result.unknown_statuses:
        statuses = "; ".join(f"“{status}” ({_names(ids)})" for status, ids in result.unknown_statuses.items())
        yield Check(
            f"{title}, statuses",
            Verdict.WARN,
            f"The platform shows orders in a status that we do not know: {statuses}. Such an order"
            " stops when it is read.",
            "Add the meaning of each to the account's setting `statuses`.",
        )


def judge_dry_run(name: str, account: AccountSettings) -> Iterator[Check]:
    """Yield a check that says so if the account is in `dry_run`. It is OK, because the settings ask for it."""
    if account.dry_run:
        sentence = "Steps are decided, but nothing is written to the platform, as the settings ask."
        yield Check(f"account {name}, dry_run", Verdict.OK, sentence)


def _names(order_ids: Sequence[str]) -> str:
    return ", ".join(order_ids[:MAX_NAMED]) + (", …" if len(order_ids) > MAX_NAMED else "")


def _judge_access(title: str, result: AccountCheck) -> Check:
    match result.failure:
        case None:
            return _judge_clock(title, result.clock_ahead)
        case Throttled() as failure:
            return Check(title, Verdict.WARN, f"The platform wants a pause: {failure}.")
        case Transient() as failure:
            advice = (
                "Nothing to do if the platform has an outage: the workers ask again by themselves. Otherwise, check"
                " that base_url is right and can be reached from here."
            )
            sentence = f"The platform gives no usable answer: {failure}."
            return Check(title, Verdict.FAIL, sentence, advice, unreachable=True)
        case failure:
            advice = result.advice or "Compare the account's credentials with those that the platform shows."
            return Check(title, Verdict.FAIL, f"The platform refuses a harmless read: {failure}.", advice)


def _judge_clock(title: str, ahead: Duration | None) -> Check:
    if ahead is None:
        return Check(title, Verdict.OK, "The platform answers, and the credentials are good.")
    if abs(ahead) < SKEW_THAT_WARNS:
        return Check(title, Verdict.OK, "The platform answers, the credentials are good, and the clocks agree.")
    verdict = Verdict.FAIL if abs(ahead) >= SKEW_THAT_FAILS else Verdict.WARN
    direction = "ahead of" if ahead > 0 else "behind"
    sentence = f"Our clock is {span(ahead)} {direction} the platform's."
    return Check(title, verdict, sentence, "Set this machine's clock by NTP.")
