"""`calls_per_minute`: without calls left, none is sent. Waiting uses up no attempt and blocks no other account."""

import pytest
from sqlalchemy import event

from deploy.sandbox.rate_limit import RateLimit
from tests.support.events import an_event
from tests.support.fake_order_api import fails, meanwhile
from tests.support.limits import BURST, take_rest, use_up
from worker.domain.errors import Unauthorized
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason
from worker.domain.results import Done, Held
from worker.reconcile.probe import ProbeResult

OTHER, ELSEWHERE = OrderKey("main", "2"), OrderKey("other", "1")


def test_an_order_of_an_account_without_calls_sends_none_and_is_reconciled_later(limited):
    limited.accept("order.completed")
    use_up(limited)
    assert limited.reconcile() == Held(HoldReason.BUDGET)
    assert limited.api.calls == []
    until = limited.hold_ends()["budget"]
    limited.run_for(seconds=(until - limited.clock()) / SECOND - 0.001)
    assert limited.api.calls == []
    limited.run_for(seconds=0.001)
    assert limited.api.orders["1"].status == "completed"
    assert limited.hold_ends() == {}


def test_waiting_for_calls_is_no_failure_of_the_order(limited):
    limited.accept("order.shipped")
    use_up(limited)
    for _ in range(3):
        limited.reconcile()
    row = limited.row()
    assert (row["failures"], row["failing_since"], row["stop"], row["waiting"]) == (0, None, None, "budget")


def test_an_account_without_calls_holds_no_other_account(limited):
    limited.accept(an_event("order.shipped", order=ELSEWHERE))
    use_up(limited)
    assert not limited.budget.acquire("main")
    both = limited.reconciler(
        apis=dict.fromkeys(("main", "other"), limited.api),
        policies=dict.fromkeys(("main", "other"), limited.policy),
    )
    assert both.reconcile(ELSEWHERE) == Done()


def test_a_reconciliation_that_has_reserved_its_calls_continues_while_another_waits(limited):
    limited.accept("order.completed")
    limited.accept(an_event("order.completed", order=OTHER))
    limited.api.script("read", meanwhile(lambda: limited.reconcile(OTHER)))
    assert limited.reconcile() == Done()
    assert limited.api.reads == 1
    assert limited.api.orders["1"].status == "completed"
    assert limited.row(OTHER)["waiting"] == "budget"


def test_the_hold_of_a_used_up_budget_names_the_setting(limited):
    use_up(limited)
    held = []
    limited.holds.hold = lambda *arguments: held.append(arguments)
    assert not limited.budget.acquire("main")
    ((account, reason, lasts, detail),) = held
    assert (account, reason, detail) == ("main", HoldReason.BUDGET, "calls_per_minute is used up")
    assert lasts > 0


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
        for key in harness.due_orders.claim(len(keys), 15 * SECOND):
            harness.reconcile(key)
        harness.clock.now = max(harness.clock() + SECOND // 10, *harness.hold_ends().values(), 0)
    assert harness.api.reads <= len(keys) * 1.2


def test_a_probe_counts_as_a_call(limited):
    use_up(limited)
    assert limited.probe.run("main") is ProbeResult.UNKNOWN
    assert limited.api.calls == []
    limited.clock.advance(minutes=1)
    assert limited.probe.run("main") is ProbeResult.GOOD
    assert take_rest(limited) == BURST - 1


def test_refused_credentials_are_probed_when_calls_are_left(limited):
    denied = fails(Unauthorized("bad signature", 401, "authentication_failed"))
    limited.accept("order.shipped")
    limited.api.script("read", denied)
    limited.api.script("probe", denied)
    assert limited.reconcile() == Held(HoldReason.CREDENTIALS)


def test_an_account_without_a_limit_needs_no_statement_about_budgets(harness):
    harness.accept("order.completed")
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert harness.reconcile() == Done()
    assert statements
    assert not any("budgets" in statement for statement in statements)
