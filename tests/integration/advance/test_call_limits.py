"""`calls_per_minute`: no call is sent when the budget says no; waiting uses up no attempt, and blocks nobody else."""

import pytest
from sqlalchemy import event

from deploy.sandbox.rate_limit import RateLimit
from tests.support.fake_order_api import fails, loses_answer, meanwhile
from tests.support.stories import KEY, news
from worker.budget import GOOD_FOR, Budget
from worker.domain.errors import Rejected, Unauthorized
from worker.domain.instants import MINUTE, SECOND
from worker.domain.orders import Done, Held, Later, OrderKey
from worker.domain.rates import AHEAD
from worker.journal.budgets import SqlAllowances
from worker.turn import LEASE

OTHER, NEIGHBOUR = OrderKey("main", "2"), OrderKey("neighbour", "1")
LIMIT, AT_ONCE = 60, 6


@pytest.fixture
def limited(stage):
    """A stage on which the account may make sixty calls a minute, six of them at once."""
    stage.limits["main"] = LIMIT
    return stage


def use_up(stage, calls=AT_ONCE):
    for _ in range(calls):
        assert stage.budget.allows("main")


def left(stage):
    """How many calls may still be made; they are used up by the asking."""
    return sum(stage.budget.allows("main") for _ in range(AT_ONCE))


def test_an_order_whose_account_has_no_calls_left_sends_none_and_goes_on_when_there_are_some(limited):
    limited.hear("order.completed")
    use_up(limited)
    assert limited.turn() == Held("budget")
    assert limited.api.calls == []
    until = limited.held()["budget"]
    limited.live(seconds=(until - limited.clock()) / SECOND - 0.001)
    assert limited.api.calls == []
    limited.live(seconds=0.001)
    assert limited.api.orders["1"].status == "completed"
    assert limited.held() == {}


def test_waiting_for_calls_is_no_failure_of_the_order(limited):
    limited.hear("order.shipped")
    use_up(limited)
    for _ in range(3):
        limited.turn()
    row = limited.row()
    assert (row["failures"], row["failing_since"], row["stop"], row["waiting"]) == (0, None, None, "budget")


def test_an_account_without_calls_holds_no_other_one(limited):
    limited.hear(news("order.shipped", order=NEIGHBOUR))
    use_up(limited)
    assert not limited.budget.allows("main")
    both = limited.advance(
        apis=dict.fromkeys(("main", "neighbour"), limited.api),
        policies=dict.fromkeys(("main", "neighbour"), limited.policy),
    )
    assert both(NEIGHBOUR) == Done()


def test_a_turn_takes_the_calls_that_it_makes_and_no_others(limited):
    limited.hear("order.shipped")
    assert limited.turn() == Done()
    assert len(limited.api.calls) == 3
    assert left(limited) == AT_ONCE - 3


@pytest.mark.parametrize("kind", ["read", "write"])
def test_calls_that_a_failure_leaves_over_are_given_back(limited, kind):
    limited.hear("order.completed")
    limited.api.script(kind, loses_answer)
    limited.turn()
    made = len(limited.api.calls)
    assert made == {"read": 1, "write": 2}[kind]
    assert left(limited) == AT_ONCE - made


def test_calls_that_a_defect_leaves_over_are_given_back(limited):
    def breaks(*_):
        raise KeyError("ours")

    limited.hear("order.completed")
    limited.api.script("read", breaks)
    with pytest.raises(KeyError):
        limited.turn()
    assert left(limited) == AT_ONCE - 1


def test_news_of_a_place_already_passed_takes_no_call(limited):
    limited.hear("order.shipped")
    limited.turn()
    limited.clock.advance(minutes=1)
    limited.hear("order.accepted")
    assert limited.turn() == Done()
    assert left(limited) == AT_ONCE


def test_a_turn_that_has_its_calls_goes_on_while_another_one_waits_for_some(limited):
    limited.hear("order.completed")
    limited.hear(news("order.completed", order=OTHER))
    limited.api.script("read", meanwhile(lambda: limited.turn(OTHER)))
    assert limited.turn() == Done()
    assert limited.api.reads == 1
    assert limited.api.orders["1"].status == "completed"
    assert limited.row(OTHER)["waiting"] == "budget"


def test_a_limit_of_the_platforms_own_ends_even_a_turn_that_has_its_calls(limited):
    limited.hear("order.completed")
    limited.api.script("read", meanwhile(lambda: limited.budget.exhausted("main", MINUTE)))
    limited.turn()
    assert limited.api.writes == []


def test_with_few_calls_left_orders_do_not_read_in_turn_without_ever_writing(limited):
    keys = [OrderKey("main", str(number)) for number in range(1, 9)]
    for key in keys:
        limited.hear(news("order.completed", order=key))
    while limited.clock.advance(milliseconds=100) and len(limited.api.transitions) < 4 * len(keys):
        for key in limited.due.claim(len(keys), 15 * SECOND):
            limited.turn(key)
    assert (limited.api.reads, len(limited.api.writes)) == (8, 32)


@pytest.mark.parametrize("latency", [0, 150, 1900])
@pytest.mark.parametrize("per_minute", [10, 60, 300])
def test_a_platform_with_that_very_limit_never_has_to_refuse_a_call(stage, per_minute, latency):
    keys = [OrderKey("main", str(number)) for number in range(1, 31)]
    stage.limits["main"] = per_minute
    window = RateLimit(lambda: stage.clock() / SECOND, per_minute, 60.0)

    def answer():
        assert window.take().granted
        stage.clock.advance(milliseconds=latency)

    for kind in ("read", "write"):
        stage.api.script(kind, *[meanwhile(answer)] * 200)
    for key in keys:
        stage.hear(news("order.delivered", order=key))
    while len(stage.api.transitions) < 4 * len(keys):
        for key in stage.due.claim(len(keys), 15 * SECOND):
            stage.turn(key)
        stage.clock.now = max(stage.clock() + SECOND // 10, *stage.held().values(), 0)
    assert stage.api.reads <= len(keys) * 1.2


def test_a_call_that_nobody_foresaw_waits_if_there_is_none_left(limited):
    limited.hear("shipment.picked_up", "A")
    limited.hear("order.completed")
    limited.api.script("write", fails(Rejected("no such note", 422)))
    use_up(limited, 1)
    assert limited.turn() == Held("budget")
    assert limited.api.writes == ["accepted", "accepted", "shipped", "delivered"]
    limited.live(minutes=1)
    assert limited.api.writes[4:] == ["completed"]
    assert (limited.api.reads, limited.row()["stop"]) == (2, None)


def test_calls_that_were_reserved_too_long_ago_are_asked_for_anew(limited):
    limited.hear("order.shipped")
    limited.api.script("read", meanwhile(lambda: limited.clock.advance(seconds=GOOD_FOR / SECOND)))
    asked, began = [], limited.clock()

    class Asked(Budget):
        def allows(self, account: str, calls: int = 1) -> bool:
            asked.append((limited.clock(), calls))
            return super().allows(account, calls)

    budget = Asked(limited.holds, SqlAllowances(limited.database), limited.limits)
    assert limited.advance(budget=budget)(KEY) == Done()
    assert asked == [(began, 4), (began + GOOD_FOR, 1), (began + GOOD_FOR, 1)]
    assert GOOD_FOR + SECOND <= AHEAD


def test_a_walk_that_runs_out_of_calls_records_what_it_has_done(limited):
    limited.hear("order.completed")
    limited.api.script("write", meanwhile(lambda: limited.clock.advance(seconds=GOOD_FOR / SECOND)))
    limited.api.script("write", meanwhile(lambda: left(limited)))
    assert limited.turn() == Held("budget")
    assert limited.steps() == [("accepted", "confirmed"), ("shipped", "confirmed")]
    assert limited.row()["place"] == "shipped"
    limited.live(minutes=1)
    assert [outcome for _, outcome in limited.steps()] == ["confirmed"] * 4


def test_a_probe_is_a_call_like_any_other(limited):
    use_up(limited)
    assert limited.probe("main") is None
    assert limited.api.calls == []
    limited.clock.advance(minutes=1)
    assert limited.probe("main") is True
    assert left(limited) == AT_ONCE - 1


def test_credentials_that_are_refused_are_probed_when_there_are_calls(limited):
    denied = fails(Unauthorized("bad signature", 401, "authentication_failed"))
    limited.hear("order.shipped")
    limited.api.script("read", denied)
    limited.api.script("probe", denied)
    assert limited.turn() == Held("credentials")


def test_a_search_takes_as_many_calls_as_it_may_need(limited):
    limited.hear(news("order.shipped", order=OrderKey("main", "number:ORD-7")))
    use_up(limited, 4)
    assert limited.turn(OrderKey("main", "number:ORD-7")) == Held("budget")
    assert limited.api.calls == []


@pytest.mark.parametrize(("key", "waits"), [(KEY, (4, 22)), (OrderKey("main", "number:ORD-7"), (26,))])
def test_calls_that_were_long_in_coming_are_not_made_when_the_lease_would_end_before_they_do(limited, key, waits):
    to_come = list(waits)

    class Slow(Budget):
        def allows(self, account: str, calls: int = 1) -> bool:
            limited.clock.advance(seconds=to_come.pop(0))
            return super().allows(account, calls)

    assert GOOD_FOR == 4 * SECOND
    assert limited.api.deadline > LEASE - 26 * SECOND
    limited.hear(news("order.shipped", order=key))
    budget = Slow(limited.holds, SqlAllowances(limited.database), limited.limits)
    assert limited.advance(budget=budget)(key) == Later(limited.clock(), "interrupted")
    assert (limited.api.calls, to_come) == ([], [])


def test_of_an_account_without_a_limit_nobody_asks_the_database(stage):
    stage.hear("order.completed")
    statements = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    assert stage.turn() == Done()
    assert statements
    assert not any("budgets" in said for said in statements)
