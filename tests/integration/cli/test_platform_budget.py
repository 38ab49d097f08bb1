"""Commands that call a platform keep to the account's call budget, as workers do."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.good_settings import MAIN
from tests.support.harness import Harness, order_key
from tests.support.sandboxes import Platform
from worker.application.platform.budget import CallBudget
from worker.domain.accounts.call_requests import CallUse, Request
from worker.domain.accounts.observations import Observation
from worker.domain.errors import StoreUnavailable, Throttled
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.reasons import HoldReason
from worker.order_api.platforms import PLATFORMS
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.snapshots import active_holds

OPERATORS_58 = Request(58, CallUse.OPERATOR)
LIST = ("platform", "orders", "list")
CREATE = ("platform", "orders", "create", "--customer-id=c1", "--item=product_id=p,quantity=1,price=1", "--total=1")

NO_DATABASE = {"FULFILLMENT_DATABASE_URL": None}


def holds(database: Database) -> dict[str, int | None]:
    with database.read() as connection:
        now = database.now(connection)
        active = active_holds(connection, now, "main").get("main", ())
    return {hold.reason: hold.until and hold.until - now for hold in active}


class Sleeper:
    """Sleeps by setting the clock forward."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.slept = clock, 0.0

    def __call__(self, seconds: float) -> None:
        self._clock.advance(seconds=seconds)
        self.slept += seconds


@pytest.fixture
def sleeper(clock: Clock) -> Sleeper:
    return Sleeper(clock)


def test_a_call_waits_until_the_limit_allows_it(database: Database, sleeper: Sleeper, capsys):
    budget = CallBudget(database, "main", 60, sleeper)
    SqlCallLimits(database).acquire("main", OPERATORS_58, 60)
    budget.await_call()
    budget.await_call()
    assert sleeper.slept == 0
    budget.await_call()
    assert 0 < sleeper.slept < 62
    for _ in range(10):
        budget.await_call()
    assert capsys.readouterr().err.count("main has to wait: its call budget is used up for ") == 1


def test_who_shows_it_elsewhere_is_told_of_the_wait_and_nothing_is_printed(
    database: Database, sleeper: Sleeper, capsys
):
    told: list[str] = []
    budget = CallBudget(database, "main", 60, sleeper, told.append)
    SqlCallLimits(database).acquire("main", Request(60, CallUse.OPERATOR), 60)
    budget.await_call()
    budget.await_call()
    (sentence,) = told
    assert sentence.startswith("main has to wait: its call budget is used up for ")
    assert capsys.readouterr() == ("", "")


def test_a_call_may_use_what_orders_leave_to_operators(database: Database, sleeper: Sleeper):
    while not SqlCallLimits(database).acquire("main", Request(continues=True), 200).wait:
        pass
    budget = CallBudget(database, "main", 200, sleeper)
    budget.await_call()
    budget.await_call()
    assert sleeper.slept == 0
    budget.await_call()
    assert sleeper.slept > 0


def test_what_an_answer_says_is_recorded_for_the_workers(database: Database, sleeper: Sleeper):
    """With the next call, or at once if it was the last one that the platform allows."""
    budget, workers = CallBudget(database, "main", None, sleeper), SqlCallLimits(database)
    budget.observe(Observation(limit=100, remaining=3, resets_in=MINUTE))
    assert workers.acquire("main", Request(50), None).taken.calls == 50
    budget.await_call()
    assert workers.acquire("main", Request(50), None).taken.calls < 50
    budget.observe(Observation(limit=100, remaining=0, resets_in=MINUTE))
    assert MINUTE - SECOND < workers.acquire("main", Request(), None).wait <= MINUTE


def test_a_command_waits_for_a_short_pause_of_the_platform_and_not_for_a_long_one(database: Database, sleeper: Sleeper):
    budget = CallBudget(database, "main", None, sleeper)
    SqlHolds(database).hold("main", HoldReason.RATE_LIMITED, MINUTE)
    budget.await_call()
    assert sleeper.slept == 60
    SqlHolds(database).hold("main", HoldReason.RATE_LIMITED, HOUR)
    with pytest.raises(Throttled, match=r"^the platform wants a pause until .* \(in 1 h\)$"):
        budget.await_call()
    assert sleeper.slept == 60


def test_a_command_does_not_wait_for_holds_of_other_accounts_or_for_other_reasons(database: Database, sleeper: Sleeper):
    SqlHolds(database).hold("other", HoldReason.RATE_LIMITED, HOUR)
    SqlHolds(database).hold("main", HoldReason.CREDENTIALS, None)
    CallBudget(database, "main", None, sleeper).await_call()
    assert sleeper.slept == 0


def test_a_database_that_does_not_answer_forbids_only_limited_calls(sleeper: Sleeper, capsys):
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/x", connections=1)
    CallBudget(away, "main", None, sleeper).await_call()
    with pytest.raises(StoreUnavailable):
        CallBudget(away, "main", 60, sleeper).await_call()
    CallBudget(away, "main", None, sleeper).pause(MINUTE)
    assert "do not know that main has to wait for 1 min" in capsys.readouterr().err
    away.close()


# --------------------------------------------------------------------------------------------------------- the commands


# The other shape of Cekat's answers has no total, so a command reads until a page is empty.
@pytest.mark.parametrize(("kind", "orders"), [("awalchat", 3), ("cekat", 3), ("cekat_other", 2)])
def test_every_page_counts_as_a_call(
    fulfillment: Commands, harness: Harness, account_at, database_url: str, kind: str, orders: int
):
    platform = account_at(kind)
    platform("POST", "/orders", [{"id": n + 1} for n in range(orders)])
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": "60"})
    assert len(fulfillment(*LIST, "--page-size", "1", "--json").documents) == orders
    assert platform.calls() == 3
    with closing(Database(database_url)) as open_database:  # it has the clock that the command uses
        call_limits = SqlCallLimits(open_database)
        assert call_limits.acquire("main", Request(56, continues=True), 60).wait == 0
        assert call_limits.acquire("main", Request(continues=True), 60).wait > 0


@pytest.mark.parametrize("arguments", [LIST, ("platform", "orders", "show", "1"), CREATE], ids=" ".join)
def test_a_paused_account_is_not_called(fulfillment: Commands, harness: Harness, account_at, arguments):
    platform = account_at("cekat")
    harness.holds.hold("main", HoldReason.RATE_LIMITED, HOUR)
    result = fulfillment(*arguments)
    assert (result.code, result.out, platform.calls()) == (3, "", 0)
    assert result.err.startswith("fulfillment: the account has to wait: the platform wants a pause until ")
    assert "UTC (in 59 min)" in result.err


def test_the_last_call_of_a_window_pauses_the_account_and_the_list_continues_after_the_pause(
    fulfillment: Commands, harness: Harness, account_at
):
    platform = account_at("awalchat")
    platform("POST", "/orders", [{"id": n} for n in range(1, 16)])
    platform("PUT", "/limit", {"limit": 1, "window": 2})  # on a busy machine, a call takes long
    result = fulfillment(*LIST, "--json")
    assert (result.code, len(result.documents), platform.totals()["throttled"]) == (0, 15, 0)
    assert result.err.startswith("fulfillment: main has to wait: its call budget is used up for ")
    assert holds(harness.database) == {}


def test_a_platform_that_asks_for_a_pause_pauses_the_workers(
    fulfillment: Commands, harness: Harness, platform: Platform
):
    platform.fault("status", code=429, retry_after=3600)
    refused = fulfillment(*LIST)
    assert refused.code == 3
    assert refused.err.startswith("fulfillment: the account has to wait for 1 h: HTTP 429")
    until = holds(harness.database)["rate_limited"]
    assert until is not None
    assert HOUR - MINUTE < until < HOUR + MINUTE
    harness.accept(order=order_key(1))
    result = " ".join(fulfillment("orders", "explain", "1").out.split())
    assert "rate_limited, HTTP 429" in result
    assert "used up" not in result
    paused = fulfillment(*LIST)
    assert (paused.code, "used up" in paused.err) == (3, False)
    assert "the platform wants a pause until" in paused.err
    assert ": HTTP 429" in paused.err
    assert platform.calls() == 1


@pytest.fixture
def without_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform documents no limit, and the settings name none."""
    without = {name: replace(platform, plans=()) for name, platform in PLATFORMS.items()}
    monkeypatch.setattr("worker.settings.accounts.PLATFORMS", without)


@pytest.mark.usefixtures("without_limit")
def test_without_a_limit_no_database_is_needed_and_none_is_created(fulfillment: Commands, account_at, tmp_path: Path):
    platform = account_at("awalchat")
    platform("POST", "/orders", {"id": 1})
    fulfillment.set(NO_DATABASE | {f"{MAIN}CALLS_PER_MINUTE": None})
    assert fulfillment(*LIST, "--json").document["order"] == "1"
    assert not (tmp_path / "data" / "fulfillment.db").exists()
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": "60"})
    result = fulfillment(*LIST)
    assert (result.code, result.err) == (3, "fulfillment: there is no database yet: run `fulfillment migrate`\n")


@pytest.mark.usefixtures("without_limit")
def test_orders_that_were_read_are_shown_even_if_the_pause_cannot_be_recorded(fulfillment: Commands, account_at):
    platform = account_at("awalchat")
    platform("PUT", "/limit", {"limit": 1, "window": 60})
    fulfillment.set(NO_DATABASE | {f"{MAIN}CALLS_PER_MINUTE": None})
    result = fulfillment(*LIST)
    assert (result.code, result.out) == (0, "No such orders.\n")
    assert "the workers do not know that main has to wait" in result.err
