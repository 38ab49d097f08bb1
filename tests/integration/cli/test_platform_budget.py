"""Commands that call a platform keep to the account's budget, as workers do."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.support.clock import Clock
from tests.support.commands import Commands
from tests.support.good_settings import MAIN
from tests.support.sandboxes import Platform
from tests.support.harness import Harness, order_key
from worker.cli.platform.budget import CallBudget
from worker.domain.errors import StoreUnavailable, Throttled
from worker.domain.instants import HOUR, MINUTE
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.accounts.holds import SqlHolds
from worker.store.database.database import Database
from worker.store.snapshots import active_holds

LIST = ("platform", "orders", "list")
CREATE = ("platform", "orders", "create", "--customer-id=c1", "--item=product_id=p,quantity=1,price=1", "--total=1")

NO_DATABASE = {"FULFILLMENT_DATABASE_URL": None}


def holds(database: Database) -> dict[str, int | None]:
    with database.read() as connection:
        now = database.now(connection)
        found = active_holds(connection, now, "main").get("main", ())
    return {hold.reason: hold.until and hold.until - now for hold in found}


class Sleeper:
    """A clock that sleeping sets forward."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self.slept = clock, 0.0

    def __call__(self, seconds: float) -> None:
        self._clock.advance(seconds=seconds)
        self.slept += seconds


@pytest.fixture
def sleeper(clock: Clock) -> Sleeper:
    return Sleeper(clock)


def test_a_call_waits_for_its_place_in_the_limit(database: Database, sleeper: Sleeper, capsys):
    budget = CallBudget(database, "main", 60, sleeper)
    SqlCallLimits(database).spend("main", 4, 60)
    budget.await_call()
    budget.await_call()
    assert sleeper.slept == 0
    budget.await_call()
    assert 0 < sleeper.slept < 60
    for _ in range(10):
        budget.await_call()
    assert capsys.readouterr().err.count("main has to wait: its calls_per_minute is used up for ") == 1


def test_a_pause_of_the_platform_is_waited_for_within_reason(database: Database, sleeper: Sleeper):
    budget = CallBudget(database, "main", None, sleeper)
    SqlHolds(database).hold("main", "rate_limited", MINUTE)
    budget.await_call()
    assert sleeper.slept == 60
    SqlHolds(database).hold("main", "rate_limited", HOUR)
    with pytest.raises(Throttled, match=r"^the platform wants a pause until .* \(in 1 h\)$"):
        budget.await_call()
    assert sleeper.slept == 60


def test_pauses_of_other_accounts_and_for_other_reasons_are_not_waited_for(database: Database, sleeper: Sleeper):
    SqlHolds(database).hold("other", "rate_limited", HOUR)
    SqlHolds(database).hold("main", "credentials", None)
    SqlHolds(database).hold("main", "budget", HOUR)  # of the workers: the limit itself is asked
    CallBudget(database, "main", None, sleeper).await_call()
    assert sleeper.slept == 0


def test_a_journal_that_is_away_forbids_nothing_but_what_is_limited(sleeper: Sleeper, capsys):
    away = Database("postgresql+psycopg://nobody@127.0.0.1:9/x", connections=1)
    CallBudget(away, "main", None, sleeper).await_call()
    with pytest.raises(StoreUnavailable):
        CallBudget(away, "main", 60, sleeper).await_call()
    CallBudget(away, "main", None, sleeper).exhausted(MINUTE)
    assert "do not know that main has to wait for 1 min" in capsys.readouterr().err
    away.close()


# --------------------------------------------------------------------------------------------------------- the commands


# In its other shape, Cekat's last page is known by being empty.
@pytest.mark.parametrize(("kind", "orders"), [("awalchat", 3), ("cekat", 3), ("cekat_other", 2)])
def test_every_page_is_a_call_of_the_limit(
    fulfillment: Commands, harness: Harness, found_at, database_url: str, kind: str, orders: int
):
    platform = found_at(kind)
    platform("POST", "/orders", [{"id": n + 1} for n in range(orders)])
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": "10"})
    assert len(fulfillment(*LIST, "--page-size", "1", "--json").documents) == orders
    assert platform.calls() == 3
    with closing(Database(database_url)) as open_database:  # by its own clock, as the command is
        assert SqlCallLimits(open_database).spend("main", 2, 10) == 0
        assert SqlCallLimits(open_database).spend("main", 1, 10) > 0


@pytest.mark.parametrize("arguments", [LIST, ("platform", "orders", "show", "1"), CREATE], ids=" ".join)
def test_a_paused_account_is_not_called(fulfillment: Commands, harness: Harness, found_at, arguments):
    platform = found_at("cekat")
    harness.holds.hold("main", "rate_limited", HOUR)
    told = fulfillment(*arguments)
    assert (told.code, told.out, platform.calls()) == (3, "", 0)
    assert told.err.startswith("fulfillment: the account has to wait: the platform wants a pause until ")
    assert "UTC (in 59 min)" in told.err


def test_the_last_call_of_a_window_pauses_the_account_and_the_list_goes_on_after_it(
    fulfillment: Commands, harness: Harness, found_at
):
    platform = found_at("awalchat")
    platform("POST", "/orders", [{"id": n} for n in range(1, 16)])
    platform("PUT", "/limit", {"limit": 1, "window": 0.5})
    told = fulfillment(*LIST, "--json")
    assert (told.code, len(told.documents), platform.totals()["throttled"]) == (0, 15, 0)
    assert told.err.startswith("fulfillment: main has to wait: the platform wants a pause until ")
    assert "the platform's limit is used up" in told.err
    assert holds(harness.database).keys() == {"rate_limited"}


def test_a_platform_that_asks_for_a_pause_pauses_the_workers(fulfillment: Commands, harness: Harness, platform: Platform):
    platform.fault("status", code=429, retry_after=3600)
    refused = fulfillment(*LIST)
    assert refused.code == 3
    assert refused.err.startswith("fulfillment: the account has to wait for 1 h: HTTP 429")
    until = holds(harness.database)["rate_limited"]
    assert until is not None
    assert HOUR - MINUTE < until < HOUR + MINUTE
    harness.receive(order=order_key(1))
    told = " ".join(fulfillment("orders", "explain", "1").out.split())
    assert "rate_limited, HTTP 429" in told
    assert "used up" not in told
    paused = fulfillment(*LIST)
    assert (paused.code, "used up" in paused.err) == (3, False)
    assert "the platform wants a pause until" in paused.err
    assert ": HTTP 429" in paused.err
    assert platform.calls() == 1


def test_without_a_limit_no_database_is_needed_and_none_is_made(fulfillment: Commands, found_at, tmp_path: Path):
    platform = found_at("awalchat")
    platform("POST", "/orders", {"id": 1})
    fulfillment.set(NO_DATABASE | {f"{MAIN}CALLS_PER_MINUTE": None})
    assert fulfillment(*LIST, "--json").document["order"] == "1"
    assert not (tmp_path / "data" / "fulfillment.db").exists()
    fulfillment.set({f"{MAIN}CALLS_PER_MINUTE": "60"})
    told = fulfillment(*LIST)
    assert (told.code, told.err) == (3, "fulfillment: there is no database yet: run `fulfillment migrate`\n")


def test_what_was_read_is_shown_though_the_journal_cannot_be_told(fulfillment: Commands, found_at):
    platform = found_at("awalchat")
    platform("PUT", "/limit", {"limit": 1, "window": 60})
    fulfillment.set(NO_DATABASE | {f"{MAIN}CALLS_PER_MINUTE": None})
    told = fulfillment(*LIST)
    assert (told.code, told.out) == (0, "No such orders.\n")
    assert "the workers do not know that main has to wait" in told.err
