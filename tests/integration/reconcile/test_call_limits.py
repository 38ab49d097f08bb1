"""`calls_per_minute`: without calls left, none is sent. Waiting uses up no attempt and blocks no other account."""

from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import event, select

from deploy.sandbox.rate_limit import RateLimit
from tests.support.events import an_event
from tests.support.fake_order_api import fails, meanwhile
from tests.support.limits import AT_ONCE, take_rest, use_up
from tests.support.scans import ScanHarness
from worker.domain.accounts.call_requests import CallUse
from worker.domain.accounts.probing import ProbeResult
from worker.domain.errors import OrderMissing, Transient, Unauthorized
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason, WaitReason
from worker.domain.results import Done, Held, Later
from worker.store.tables import budgets

OTHER, ELSEWHERE = OrderKey("main", "2"), OrderKey("other", "1")


def test_an_order_of_an_account_without_calls_sends_none_and_is_reconciled_later(limited):
    limited.accept("order.completed")
    use_up(limited)
    result = limited.reconcile()
    assert isinstance(result, Later)
    assert (result.reason, result.firm, limited.api.calls) == (WaitReason.BUDGET, False, [])
    assert limited.hold_ends() == {}
    limited.run_for(seconds=(result.due - limited.clock()) / SECOND - 0.001)
    assert limited.api.calls == []
    limited.run_for(seconds=10)
    assert limited.api.orders["1"].status == "completed"


def test_waiting_for_calls_is_no_failure_of_the_order(limited):
    limited.accept("order.shipped")
    use_up(limited)
    for _ in range(3):
        limited.reconcile()
    row = limited.row()
    assert (row["failures"], row["failing_since"], row["stop"], row["waiting"]) == (0, None, None, "budget")
    assert row["not_before"] is None


def test_an_account_at_its_limit_gives_up_when_retry_for_is_over(limited):
    """Waiting for calls does not stop the clock, however often the account has to wait."""
    limited.policy = replace(limited.policy, retry_for=HOUR)
    limited.accept("order.shipped")
    limited.api.script("read", *[fails(Transient("HTTP 500", 500))] * 1000)
    began, used = limited.clock(), 0
    while limited.row()["stop"] is None:
        assert limited.clock() - began < 2 * HOUR
        limited.reconcile()
        used += take_rest(limited)  # other orders use up the limit
        limited.clock.advance(seconds=60)
    assert limited.row()["stop"] == "gave_up"
    assert used > 30


def test_the_hour_of_an_unknown_order_runs_on_while_the_account_has_no_calls(limited):
    limited.accept("order.shipped")
    limited.api.script("read", *[fails(OrderMissing("no such order", 404))] * 10_000)
    limited.reconcile()
    assert limited.row()["waiting"] == "unknown_order"
    began = limited.clock()
    while limited.row()["stop"] is None:
        assert limited.clock() - began < 2 * HOUR
        take_rest(limited)
        limited.clock.advance(seconds=60)
        limited.reconcile()
    assert limited.row()["stop"] == "unknown_order"


def test_an_account_without_calls_holds_no_other_account(limited):
    limited.accept(an_event("order.shipped", order=ELSEWHERE))
    use_up(limited)
    assert limited.budget.acquire("main") > 0
    both = limited.reconciler(
        apis=dict.fromkeys(("main", "other"), limited.api),
        policies=dict.fromkeys(("main", "other"), limited.policy),
    )
    assert both.reconcile(ELSEWHERE) == Done()


def test_a_reconciliation_that_has_reserved_its_calls_continues_while_another_waits(limited):
    limited.accept("order.completed")
    limited.accept(an_event("order.completed", order=OTHER))
    limited.change(read_at=1)
    limited.api.script("read", meanwhile(lambda: limited.reconcile(OTHER)))
    assert limited.reconcile() == Done()
    assert limited.api.reads == 1
    assert limited.api.orders["1"].status == "completed"
    assert limited.row(OTHER)["waiting"] == "budget"


def test_a_known_shortage_costs_no_transaction(limited):
    use_up(limited)
    wait = limited.budget.acquire("main")
    assert limited.budget.is_used_up("main")
    statements = []
    event.listen(limited.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert limited.budget.acquire("main") == wait
    assert statements == []
    limited.clock.now += wait
    assert not limited.budget.is_used_up("main")
    assert limited.budget.acquire("main") == 0
    assert statements


def test_a_pause_of_the_platform_ends_even_a_reconciliation_that_has_reserved_its_calls(limited):
    limited.accept("order.completed")
    limited.api.script("read", meanwhile(lambda: limited.budget.pause("main", MINUTE)))
    limited.reconcile()
    assert limited.api.writes == []


@pytest.mark.parametrize("latency", [0, 150, 1900])
@pytest.mark.parametrize("per_minute", [10, 60, 300])
def test_a_platform_with_the_same_limit_never_refuses_a_call(harness, per_minute, latency):
    keys = [OrderKey("main", str(number)) for number in range(1, 31)]
    harness.limits["main"] = per_minute
    window = RateLimit(lambda: harness.clock() / SECOND, per_minute, 60.0)

    def answer():
        assert window.take().is_allowed
        harness.clock.advance(milliseconds=latency)

    for kind in ("read", "write"):
        harness.api.script(kind, *[meanwhile(answer)] * 200)
    for key in keys:
        harness.accept(an_event("order.delivered", order=key))
    while len(harness.api.transitions) < 4 * len(keys):
        harness.run_for(minutes=1)
    assert harness.api.reads <= len(keys) * 1.5
    assert {row["stop"] for row in map(harness.row, keys)} == {None}


def test_a_scan_ends_beside_a_backlog_and_starves_no_write(harness):
    per_minute, keys = 60, [OrderKey("main", str(number)) for number in range(1, 61)]
    harness.limits["main"] = per_minute
    for key in keys:
        assert harness.api.orders[key.order_id].status == "pending"
        harness.accept(an_event("order.delivered", order=key))
    scans, slept = ScanHarness(harness), list[int]()

    def reconcile_until_the_call(wait: int) -> bool:
        slept.append(wait)
        harness.run_for(seconds=wait / SECOND)
        return False

    take_call = partial(harness.budget.acquire, use=CallUse.SCAN)
    began = harness.clock()
    result = scans.scan(take_call=take_call, wait=reconcile_until_the_call)
    minutes = (harness.clock() - began) / MINUTE
    assert (result.complete, result.pages, result.listed >= len(keys)) == (True, 6, True)
    assert slept
    assert result.pages <= per_minute / 10 * minutes + 2
    calls = len(harness.api.calls) - result.pages
    assert calls >= 0.6 * per_minute * minutes
    assert len(harness.api.writes) >= 0.7 * calls


def test_a_probe_counts_as_a_call_and_may_use_the_reserve_of_operators(limited):
    assert limited.probe.run("main").result is ProbeResult.GOOD
    assert take_rest(limited) == AT_ONCE - 1
    assert limited.probe.run("main").result is ProbeResult.GOOD
    while limited.budget.acquire("main", use=CallUse.OPERATOR) == 0:
        pass
    assert limited.probe.run("main").result is ProbeResult.UNKNOWN
    assert len(limited.api.calls) == 2


def test_refused_credentials_are_probed_when_calls_are_left(limited):
    denied = fails(Unauthorized("bad signature", 401, "authentication_failed"))
    limited.accept("order.shipped")
    limited.api.script("read", denied)
    limited.api.script("probe", denied)
    assert limited.reconcile() == Held(HoldReason.CREDENTIALS)


def test_an_account_without_a_limit_needs_no_statement_about_budgets(harness):
    harness.accept("order.completed")
    assert harness.reconcile() == Done()
    with harness.database.read() as connection:
        assert connection.execute(select(budgets)).all() == [], "a statement about a budget makes its row"
