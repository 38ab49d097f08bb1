"""`calls_per_minute`: no call is sent when the budget says no; waiting uses up no attempt, and blocks nobody else."""

import pytest
from sqlalchemy import event

from deploy.sandbox.rate_limit import RateLimit
from tests.support.fake_order_api import fails, meanwhile
from tests.support.limits import AT_ONCE, left, use_up
from tests.support.events import an_event
from worker.domain.errors import Unauthorized
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import HoldReason
from worker.domain.results import Done, Held

OTHER, NEIGHBOUR = OrderKey("main", "2"), OrderKey("neighbour", "1")


def test_an_order_whose_account_has_no_calls_left_sends_none_and_goes_on_when_there_are_some(limited):
    limited.receive("order.completed")
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
    limited.receive("order.shipped")
    use_up(limited)
    for _ in range(3):
        limited.reconcile()
    row = limited.row()
    assert (row["failures"], row["failing_since"], row["stop"], row["waiting"]) == (0, None, None, "budget")


def test_an_account_without_calls_holds_no_other_one(limited):
    limited.receive(an_event("order.shipped", order=NEIGHBOUR))
    use_up(limited)
    assert not limited.budget.acquire("main")
    both = limited.reconciler(
        apis=dict.fromkeys(("main", "neighbour"), limited.api),
        policies=dict.fromkeys(("main", "neighbour"), limited.policy),
    )
    assert both(NEIGHBOUR) == Done()


def test_a_turn_that_has_its_calls_goes_on_while_another_one_waits_for_some(limited):
    limited.receive("order.completed")
    limited.receive(an_event("order.completed", order=OTHER))
    limited.api.script("read", meanwhile(lambda: limited.reconcile(OTHER)))
    assert limited.reconcile() == Done()
    assert limited.api.reads == 1
    assert limited.api.orders["1"].status == "completed"
    assert limited.row(OTHER)["waiting"] == "budget"


def test_a_limit_of_the_platforms_own_ends_even_a_turn_that_has_its_calls(limited):
    limited.receive("order.completed")
    limited.api.script("read", meanwhile(lambda: limited.budget.exhausted("main", MINUTE)))
    limited.reconcile()
    assert limited.api.writes == []


@pytest.mark.parametrize("latency", [0, 150, 1900])
@pytest.mark.parametrize("per_minute", [10, 60, 300])
def test_a_platform_with_that_very_limit_never_has_to_refuse_a_call(harness, per_minute, latency):
    keys = [OrderKey("main", str(number)) for number in range(1, 31)]
    harness.limits["main"] = per_minute
    window = RateLimit(lambda: harness.clock() / SECOND, per_minute, 60.0)

    def answer():
        assert window.take().granted
        harness.clock.advance(milliseconds=latency)

    for kind in ("read", "write"):
        harness.api.script(kind, *[meanwhile(answer)] * 200)
    for key in keys:
        harness.receive(an_event("order.delivered", order=key))
    while len(harness.api.transitions) < 4 * len(keys):
        for key in harness.due_orders.claim(len(keys), 15 * SECOND):
            harness.reconcile(key)
        harness.clock.now = max(harness.clock() + SECOND // 10, *harness.hold_ends().values(), 0)
    assert harness.api.reads <= len(keys) * 1.2


def test_a_probe_is_a_call_like_any_other(limited):
    use_up(limited)
    assert limited.probe("main") is None
    assert limited.api.calls == []
    limited.clock.advance(minutes=1)
    assert limited.probe("main") is True
    assert left(limited) == AT_ONCE - 1


def test_credentials_that_are_refused_are_probed_when_there_are_calls(limited):
    denied = fails(Unauthorized("bad signature", 401, "authentication_failed"))
    limited.receive("order.shipped")
    limited.api.script("read", denied)
    limited.api.script("probe", denied)
    assert limited.reconcile() == Held(HoldReason.CREDENTIALS)


def test_of_an_account_without_a_limit_nobody_asks_the_database(harness):
    harness.receive("order.completed")
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    assert harness.reconcile() == Done()
    assert statements
    assert not any("budgets" in said for said in statements)
