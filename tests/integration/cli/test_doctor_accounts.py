"""What the doctor says of an account: the result of one harmless read at its platform, or why there was none."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.good_settings import MAIN
from tests.support.sandboxes import Platform
from worker.application.doctor.accounts import judge_account
from worker.domain.accounts.call_requests import CallUse, Request
from worker.domain.errors import Rejected, Transient, Unauthorized
from worker.domain.instants import MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.order_api.account_checks import AccountCheck
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.queries.health import HealthQueries

Checks = dict[str, dict[str, Any]]


@pytest.fixture
def doctor(fulfillment: Commands) -> Callable[[], Checks]:
    """Runs the doctor, and returns the checks by their names."""
    return lambda: {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}


@pytest.fixture
def open_database(sqlite_url: str) -> Iterator[Database]:
    """The database that the commands use."""
    database = Database(sqlite_url)
    yield database
    database.close()


def test_unknown_statuses_are_named_before_they_stop_an_order(doctor, platform: Platform):
    for order_id, status in enumerate(["on_hold", "pending", "packed", "on_hold"], 1):
        platform("POST", "/orders", {"id": order_id, "status": status})
    checks = doctor()
    check = checks["account main, statuses"]
    assert checks["account main"]["verdict"] == "ok"
    assert check["verdict"] == "warn"
    assert "“on_hold” (1, 4)" in check["sentence"]
    assert "“packed” (3)" in check["sentence"]
    assert check["sentence"].endswith("Such an order stops when it is read.")
    assert "`statuses`" in check["advice"]


def test_statuses_in_the_settings_of_the_account_are_not_named(doctor, fulfillment: Commands, platform: Platform):
    platform("POST", "/orders", {"id": 1, "status": "packed"})
    fulfillment.set({f"{MAIN}STATUSES": '{"packed": "accepted"}'})
    assert "account main, statuses" not in doctor()


def test_an_account_in_a_dry_run_says_so(doctor, fulfillment: Commands, platform: Platform):
    assert "account main, dry_run" not in doctor()
    fulfillment.set({f"{MAIN}DRY_RUN": "true"})
    check = doctor()["account main, dry_run"]
    assert (check["verdict"], "nothing is written to the platform" in check["sentence"]) == ("ok", True)


def test_an_answer_that_cannot_be_used_is_not_called_a_missing_answer(doctor, platform: Platform):
    platform("POST", "/faults", {"kind": "status", "code": 503})
    check = doctor()["account main"]
    assert (check["verdict"], check["unreachable"]) == ("fail", True)
    assert check["sentence"].startswith("The platform gives no usable answer: HTTP 503")
    assert check["advice"].startswith("Nothing to do if the platform has an outage")


def test_an_api_key_that_the_platform_refuses_fails(doctor, fulfillment: Commands, account_at):
    account_at("cekat")
    fulfillment.set({f"{MAIN}API_KEY": "quite-another-key"})
    check = doctor()["account main"]
    assert (check["verdict"], check["unreachable"]) == ("fail", False)
    assert "refuses a harmless read" in check["sentence"]
    assert "credentials" in check["advice"]


def test_a_platform_that_asks_for_a_pause_is_a_warning(doctor, platform: Platform):
    platform("POST", "/faults", {"kind": "status", "code": 429, "retry_after": 60})
    assert "The platform wants a pause: HTTP 429" in doctor()["account main"]["sentence"]


def test_an_account_that_has_to_wait_is_not_called(doctor, platform: Platform, open_database: Database):
    SqlHolds(open_database).hold("main", HoldReason.RATE_LIMITED, MINUTE)
    check = doctor()["account main"]
    assert (check["verdict"], check["sentence"]) == ("warn", "It was not asked: the platform wants a pause.")
    assert platform.calls() == 0


def test_an_account_whose_limit_is_used_up_is_not_called(
    doctor, fulfillment: Commands, platform: Platform, open_database: Database
):
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": "10"})
    for request in (Request(9), Request(use=CallUse.OPERATOR)):
        assert SqlCallLimits(open_database).acquire("main", request, 10).wait == 0
    check = doctor()["account main"]
    assert check["verdict"] == "warn"
    assert "It was not asked: its call budget is used up" in check["sentence"]
    assert platform.calls() == 0


def test_a_database_that_may_lose_data_at_a_power_failure_fails(doctor, account_at, monkeypatch: pytest.MonkeyPatch):
    account_at("cekat")
    monkeypatch.setattr(HealthQueries, "unsafe_modes", lambda _: {"fsync": "off"})
    check = doctor()["durability"]
    assert (check["verdict"], "fsync is off" in check["sentence"]) == ("fail", True)


@pytest.mark.parametrize(
    ("ahead", "verdict", "sentence"),
    [
        (None, "ok", "credentials are good"),
        (-29 * SECOND, "ok", "clocks agree"),
        (30 * SECOND, "warn", "Our clock is 30 s ahead of the platform's."),
        (-2 * MINUTE, "warn", "Our clock is 2 min behind the platform's."),
        (5 * MINUTE, "fail", "Our clock is 5 min ahead of the platform's."),
    ],
)
def test_a_wrong_clock_is_found(ahead, verdict, sentence):
    (check,) = judge_account("account main", AccountCheck(None, clock_ahead=ahead))
    assert (check.verdict, sentence in check.sentence) == (verdict, True)


def test_a_setting_with_which_the_account_would_work_is_the_advice():
    (check,) = judge_account("account main", AccountCheck(Rejected("no", 401), advice="say `full`"))
    assert check.advice == "say `full`"


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"PHONE_NUMBER_ID": "another"}, "`base_url` and `phone_number_id`"),
        ({"BASE_URL": "{}/elsewhere"}, "`base_url` and `phone_number_id`"),
    ],
)
def test_a_wrong_place_is_not_called_wrong_credentials(
    doctor, fulfillment: Commands, account_at, settings: Mapping[str, str], place: str
):
    url = account_at("awalchat").settings[f"{MAIN}BASE_URL"]
    fulfillment.set({f"{MAIN}{name}": value.format(url) for name, value in settings.items()})
    check = doctor()["account main"]
    assert check["verdict"] == "fail"
    assert place in check["advice"]
    assert "ompare the account's credentials" not in check["advice"]


def test_an_answer_of_another_program_is_about_the_base_url():
    (check,) = judge_account("account main", AccountCheck(Transient("the answer makes no sense", 200)))
    assert (
        check.advice == "Something that is not the platform seems to answer there: compare `base_url` of the account."
    )
    (check,) = judge_account("account main", AccountCheck(Transient("HTTP 502", 502)))
    assert check.advice.startswith("Nothing to do if the platform has an outage")


@pytest.mark.parametrize("ahead", [-20 * MINUTE, 31 * SECOND])
def test_a_wrong_clock_is_named_before_the_credentials(ahead: int):
    (check,) = judge_account("account main", AccountCheck(Unauthorized("no", 401), clock_ahead=ahead))
    assert check.sentence.startswith("Our clock is ")
    assert "The platform refuses a harmless read: HTTP 401, no." in check.sentence
    clock, credentials = (check.advice.index(word) for word in ("`timedatectl set-ntp true`", "credentials"))
    assert clock < credentials


def test_without_a_wrong_clock_a_401_is_about_the_credentials():
    (check,) = judge_account("account main", AccountCheck(Unauthorized("no", 401), clock_ahead=SECOND))
    assert check.advice == "Compare the account's credentials with those that the platform shows."
