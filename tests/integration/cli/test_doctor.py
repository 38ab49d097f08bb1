"""What the doctor says of an account: one harmless read at its platform, or why there was none."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.commands import Commands
from tests.support.good_settings import MAIN
from tests.support.sandboxes import Platform
from worker.cli.doctor.checks import judge_platform
from worker.domain.errors import Rejected
from worker.domain.instants import MINUTE, SECOND
from worker.order_api.account_checks import AccountCheck
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.queries.health import HealthQueries

Checks = dict[str, dict[str, Any]]


@pytest.fixture
def doctor(fulfillment: Commands) -> Callable[[], Checks]:
    """Asks the doctor, and returns the checks by their names."""
    return lambda: {check["check"]: check for check in fulfillment("doctor", "--json").document["checks"]}


@pytest.fixture
def open_database(sqlite_url: str) -> Iterator[Database]:
    """The journal that the commands see."""
    opened = Database(sqlite_url)
    yield opened
    opened.close()


def test_statuses_that_nobody_knows_are_named_before_they_stop_anything(doctor, platform: Platform):
    for order_id, status in enumerate(["on_hold", "pending", "packed", "on_hold"], 1):
        platform("POST", "/orders", {"id": order_id, "status": status})
    checks = doctor()
    found = checks["account main, statuses"]
    assert checks["account main"]["verdict"] == "ok"
    assert found["verdict"] == "warn"
    assert "“on_hold”" in found["sentence"]
    assert "“packed”" in found["sentence"]
    assert "`statuses`" in found["advice"]


def test_statuses_that_the_account_explains_are_no_news(doctor, fulfillment: Commands, platform: Platform):
    platform("POST", "/orders", {"id": 1, "status": "packed"})
    fulfillment.set({f"{MAIN}STATUSES": '{"packed": "accepted"}'})
    assert "account main, statuses" not in doctor()


def test_a_key_that_the_platform_refuses_fails(doctor, fulfillment: Commands, found_at):
    found_at("cekat")
    fulfillment.set({f"{MAIN}API_KEY": "quite-another-key"})
    found = doctor()["account main"]
    assert (found["verdict"], found["unreachable"]) == ("fail", False)
    assert "refuses a harmless read" in found["sentence"]
    assert "credentials" in found["advice"]


def test_a_platform_that_wants_a_pause_is_no_failure_and_is_then_left_alone(doctor, platform: Platform):
    platform("POST", "/faults", {"kind": "status", "code": 429, "retry_after": 60})
    assert "The platform wants a pause: HTTP 429" in doctor()["account main"]["sentence"]


def test_an_account_that_has_to_wait_is_not_asked(doctor, platform: Platform, open_database: Database):
    SqlHolds(open_database).hold("main", "rate_limited", MINUTE)
    found = doctor()["account main"]
    assert (found["verdict"], found["sentence"]) == ("warn", "It was not asked: the platform wants a pause.")
    assert platform.calls() == 0


def test_an_account_whose_limit_is_used_up_is_not_asked(
    doctor, fulfillment: Commands, platform: Platform, open_database: Database
):
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": "10"})
    assert SqlCallLimits(open_database).spend("main", 5, 10) == 0
    found = doctor()["account main"]
    assert found["verdict"] == "warn"
    assert "It was not asked: its calls_per_minute is used up" in found["sentence"]
    assert platform.calls() == 0


def test_a_database_that_forgets_at_a_power_failure_fails(doctor, found_at, monkeypatch: pytest.MonkeyPatch):
    found_at("cekat")
    monkeypatch.setattr(HealthQueries, "unsafe_modes", lambda _: {"fsync": "off"})
    found = doctor()["durability"]
    assert (found["verdict"], "fsync is off" in found["sentence"]) == ("fail", True)


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
def test_a_clock_that_signatures_would_suffer_from_is_told(ahead, verdict, sentence):
    check = judge_platform("account main", AccountCheck(None, clock_ahead=ahead))
    assert (check.verdict, sentence in check.sentence) == (verdict, True)


def test_a_setting_that_would_work_instead_is_the_advice():
    found = AccountCheck(Rejected("no", 401), advice="say `full`")
    assert judge_platform("account main", found).advice == "say `full`"
