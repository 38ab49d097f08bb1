"""Checks an account by one harmless read at its platform, unless the account has to wait."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

from worker.application.platform.budget import CallBudget
from worker.domain.errors import ApiError, Throttled, Transient
from worker.domain.instants import MINUTE, SECOND, Duration
from worker.domain.overview.figures import Health
from worker.domain.reasons import HoldReason
from worker.operations.doctor.checks import MAX_NAMED, Check, Verdict
from worker.operations.instants import span
from worker.operations.phrases import join_items
from worker.order_api.account_checks import AccountCheck
from worker.order_api.accounts import open_account
from worker.service.accounts import context_of, open_client
from worker.settings import AccountSettings
from worker.store.database.database import Database

SKEW_THAT_WARNS, SKEW_THAT_FAILS = 30 * SECOND, 5 * MINUTE
"""Differences between our clock and a platform's. The platform may refuse a signature if its timestamp is wrong."""

PLACES = ("base_url", "phone_number_id")
"""The settings that say where the orders of an account are, if its platform has them."""
OF_CREDENTIALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
FIRST_OF_SERVER = 500
"""From this status on, a failure is the platform's own."""
SET_CLOCK = "set this machine's clock by NTP: `timedatectl set-ntp true`."
COMPARE = "compare the account's credentials with those that the platform shows."
OUTAGE = (
    "Nothing to do if the platform has an outage: the workers ask again by themselves. Otherwise, check that base_url"
    " is right and can be reached from here."
)
NOT_THE_PLATFORM = "Something that is not the platform seems to answer there: compare {} of the account."


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
        fields = type(account.credentials).model_fields
        yield from judge_account(title, result, [name for name in PLACES if name in fields])


def judge_account(title: str, result: AccountCheck, places: Sequence[str] = PLACES[:1]) -> Iterator[Check]:
    """Yield a check for the result of one harmless read, and a warning if orders have statuses that we do not know.

    *places* are the settings of the account that say where its orders are.
    """
    yield _judge_access(title, result, join_items([f"`{name}`" for name in places], "and"))
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


def _judge_access(title: str, result: AccountCheck, places: str) -> Check:
    match result.failure:
        case None:
            return _judge_clock(title, result.clock_ahead)
        case Throttled() as failure:
            return Check(title, Verdict.WARN, f"The platform wants a pause: {failure}.")
        case Transient(status=status) as failure:
            sentence = f"The platform gives no usable answer: {failure}."
            advice = OUTAGE if status == 0 or status >= FIRST_OF_SERVER else NOT_THE_PLATFORM.format(places)
            return Check(title, Verdict.FAIL, sentence, advice, unreachable=True)
        case failure:
            return _judge_refusal(title, failure, result, places)


def _judge_refusal(title: str, failure: ApiError, result: AccountCheck, places: str) -> Check:
    """Judge the refusal of a harmless read. A wrong clock is named before the credentials: the time is signed."""
    sentence = f"The platform refuses a harmless read: {failure}."
    ahead = result.clock_ahead or 0
    if result.advice:
        advice = result.advice
    elif abs(ahead) >= SKEW_THAT_WARNS:
        sentence = f"{_difference(ahead)} {sentence}"
        advice = f"First, {SET_CLOCK} The time is signed. If that does not help, {COMPARE}"
    elif failure.status in OF_CREDENTIALS:
        advice = f"{COMPARE[:1].upper()}{COMPARE[1:]}"
    else:
        advice = (
            f"Compare {places} of the account with what the platform shows; it does not complain about credentials."
        )
    return Check(title, Verdict.FAIL, sentence, advice)


def _difference(ahead: Duration) -> str:
    return f"Our clock is {span(ahead)} {'ahead of' if ahead > 0 else 'behind'} the platform's."


def _judge_clock(title: str, ahead: Duration | None) -> Check:
    if ahead is None:
        return Check(title, Verdict.OK, "The platform answers, and the credentials are good.")
    if abs(ahead) < SKEW_THAT_WARNS:
        return Check(title, Verdict.OK, "The platform answers, the credentials are good, and the clocks agree.")
    verdict = Verdict.FAIL if abs(ahead) >= SKEW_THAT_FAILS else Verdict.WARN
    return Check(title, verdict, _difference(ahead), f"{SET_CLOCK[:1].upper()}{SET_CLOCK[1:]}")
