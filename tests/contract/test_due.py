"""What `DueOrders` promises: one worker claims each due order, and no worker claims it again at once."""

import pytest
from sqlalchemy import event

from tests.support.at_once import at_once
from tests.support.clock import START
from tests.support.events import KEY, an_event
from tests.support.harness import ENQUEUE_AGAIN_AFTER
from tests.support.limits import use_up_all
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import OrderKey
from worker.domain.reasons import StopReason, WaitReason
from worker.domain.results import Done, Later, Stopped
from worker.reconcile.reconciliation import MIN_LEASE
from worker.store.leases.due import DueOrders
from worker.store.leases.room import CLAIM_LASTS


def receive(harness, *ids, account="main"):
    for order_id in ids:
        harness.accept(an_event("shipment.picked_up", order=OrderKey(account, order_id)))
        harness.clock.now += 1


def claim(harness, limit=10):
    return harness.due_orders.claim(limit, ENQUEUE_AGAIN_AFTER)


def test_an_order_whose_wake_up_was_lost_is_claimed(harness):
    harness.accept("shipment.picked_up")
    assert claim(harness) == [KEY]


def test_a_claim_returns_the_longest_due_orders_first_and_no_more_than_the_limit(harness):
    receive(harness, "3", "1", "2")
    harness.change(due=harness.clock())
    assert {key.order_id for key in claim(harness, 2)} == {"3", "2"}
    assert [key.order_id for key in claim(harness, 2)] == ["1"]


def test_accounts_alternate_and_the_one_that_is_due_longest_comes_first(harness):
    receive(harness, *map(str, range(1, 21)), account="busy")
    receive(harness, "1", "2", account="another")
    receive(harness, "1", account="quiet")
    firsts = [OrderKey("busy", "1"), OrderKey("another", "1"), OrderKey("quiet", "1")]
    assert claim(harness, 6) == [*firsts, OrderKey("busy", "2"), OrderKey("another", "2"), OrderKey("busy", "3")]


def test_a_new_event_of_one_account_does_not_wait_for_the_backlogs_of_many_others(harness):
    for account in "abcdefg":
        receive(harness, *map(str, range(20)), account=account)
    receive(harness, "1", account="quiet")
    claims = [claim(harness, 2) for _ in range(4)]
    assert OrderKey("quiet", "1") in claims[-1]
    assert len({key.account for keys in claims for key in keys}) == 8


def test_with_more_accounts_than_places_only_as_many_are_looked_at_and_the_others_come_next(harness):
    for number in range(9):
        receive(harness, "1", "2", account=f"account{number}")
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    claims = [claim(harness, 3) for _ in range(3)]
    assert sum("budgets" in sql for sql in statements) == 9, "three accounts in each of three claims"
    assert [key.account for keys in claims for key in keys] == [f"account{number}" for number in range(9)]


def test_no_more_orders_of_an_account_are_claimed_than_its_capacity(harness):
    receive(harness, *map(str, range(1, 9)), account="busy")
    receive(harness, "1", account="quiet")
    capacity = {"busy": 2, "quiet": 5}
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER, capacity.__getitem__) == [
        OrderKey("busy", "1"),
        OrderKey("quiet", "1"),
        OrderKey("busy", "2"),
    ]
    assert harness.due_orders.claim(10, ENQUEUE_AGAIN_AFTER, lambda _: -1) == []
    assert len(claim(harness)) == 6


def test_only_the_order_that_was_put_back_is_claimed_again_at_once(harness):
    receive(harness, "1", "2")
    assert len(claim(harness)) == 2
    harness.due_orders.put_back(OrderKey("main", "1"))
    assert claim(harness) == [OrderKey("main", "1")]


def test_an_order_is_claimed_at_most_once_in_fifteen_seconds(harness):
    harness.accept("shipment.picked_up")
    assert claim(harness) == [KEY]
    harness.clock.now += ENQUEUE_AGAIN_AFTER - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_an_order_that_was_reconciled_and_is_due_again_is_claimed_at_once(harness):
    harness.accept("shipment.picked_up")
    claim(harness)
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Later(harness.clock(), WaitReason.INTERRUPTED), {})
    assert claim(harness) == [KEY]


def test_an_order_that_is_leased_stopped_held_or_settled_is_not_claimed(harness):
    harness.accept("shipment.picked_up")
    leased = harness.lease()
    assert claim(harness) == []
    harness.order_store.finish(leased, leased.order, Done(), {})
    assert claim(harness) == []
    harness.accept("hint")
    harness.holds.hold("main", "operator", None)
    assert claim(harness) == []
    harness.holds.lift("main", "operator")
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Stopped(StopReason.REFUSED), {})
    harness.accept("hint")
    assert claim(harness) == []


def test_an_order_whose_worker_died_is_claimed_when_its_lease_ends(harness):
    harness.accept("shipment.picked_up")
    claim(harness)
    harness.order_store.lease(KEY, MIN_LEASE)
    harness.clock.now += MIN_LEASE - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_an_order_is_not_claimed_before_its_back_off_is_over_whatever_events_come_in(harness):
    harness.accept("shipment.picked_up")
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Later(START + HOUR, WaitReason.API_UNAVAILABLE, firm=True), {})
    harness.accept("shipment.delivered")
    harness.accept("hint")
    harness.clock.now = START + HOUR - 1
    assert claim(harness) == []
    harness.clock.now += 1
    assert claim(harness) == [KEY]


def test_a_new_event_ends_any_other_wait(harness):
    harness.accept("shipment.picked_up")
    leased = harness.lease()
    harness.order_store.finish(leased, leased.order, Later(START + HOUR, WaitReason.COMPLETE_AFTER), {})
    harness.clock.now += MINUTE
    assert claim(harness) == []
    harness.accept("shipment.delivered")
    assert claim(harness) == [KEY]


def test_workers_that_claim_at_the_same_time_share_the_due_orders(harness):
    receive(harness, *map(str, range(1, 31)))
    claims = at_once(lambda _: [claim(harness, 3) for _ in range(5)], range(6))
    claimed = [key for worker in claims for keys in worker for key in keys]
    assert len(claimed) == len(set(claimed))
    claimed.extend(claim(harness, 30))
    assert len(claimed) == len(set(claimed)) == 30


def test_a_claim_takes_other_orders_when_another_worker_was_faster_to_claim_what_it_has_found(harness, monkeypatch):
    receive(harness, *map(str, range(1, 11)))
    write, others = DueOrders._write, list[OrderKey]()  # noqa: SLF001 - the moment between the search and the claims

    def overtaken(due, row_ids, *arguments):
        if not others:
            others.extend(write(harness.due_orders, row_ids[:2], *arguments))
        return write(due, row_ids, *arguments)

    monkeypatch.setattr(DueOrders, "_write", overtaken)
    mine = DueOrders(harness.database).claim(4, ENQUEUE_AGAIN_AFTER, {"main": 4}.__getitem__)
    assert (len(others), len(mine), len({*others, *mine})) == (2, 4, 6)


def test_a_claim_without_due_orders_takes_no_lock(harness):
    harness.accept("shipment.picked_up")
    claim(harness)
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert claim(harness) == []
    assert statements
    reads = ("SELECT", "WITH RECURSIVE")
    assert all(sql == "BEGIN" or (sql.startswith(reads) and "FOR UPDATE" not in sql) for sql in statements)


def test_orders_of_accounts_that_this_worker_does_not_serve_are_left_to_others(harness):
    for account in ("main", "other"):
        harness.accept("shipment.picked_up", order=OrderKey(account, "1"))
    served = DueOrders(harness.database, ["other", "third"])
    assert served.claim(10, 0) == [OrderKey("other", "1")]
    assert DueOrders(harness.database, []).claim(10, 0) == []


@pytest.mark.parametrize("is_noted", [True, False])
def test_after_a_hold_a_claim_takes_only_a_few_orders_even_before_the_resumption_is_noted(harness, is_noted):
    receive(harness, *map(str, range(1, 31)))
    harness.holds.hold("main", "rate_limited", MINUTE)
    harness.clock.now += MINUTE
    if is_noted:
        harness.holds.expire()
    first = len(claim(harness, 30))
    assert 0 < first < 5


# ------------------------------------------------------------------------------ lanes, budgets, accounts after a hold


def of_lane(harness, lane, *ids):
    receive(harness, *ids)
    for order_id in ids:
        harness.change(OrderKey("main", order_id), lane=lane)


def test_known_orders_come_first_and_every_fourth_place_is_for_an_unknown_one(harness):
    of_lane(harness, 1, "u1", "u2", "u3")
    of_lane(harness, 0, "k1", "k2", "k3", "k4", "k5")
    assert [key.order_id for key in claim(harness, 6)] == ["k1", "k2", "k3", "u1", "k4", "k5"]


def named_by(harness, source, *ids):
    for order_id in ids:
        harness.accept(an_event("shipment.picked_up", source=source, order=OrderKey("main", order_id)))
        harness.clock.now += 1


def test_among_unknown_orders_the_sources_alternate_also_from_claim_to_claim(harness):
    named_by(harness, "leaked", *map(str, range(1, 31)))
    named_by(harness, "courier", "101", "102")
    assert [key.order_id for key in claim(harness, 4)] == ["1", "101", "2", "102"]
    named_by(harness, "courier", "103")
    firsts = [claim(harness, 1)[0].order_id for _ in range(2)]
    assert "103" in firsts


def test_orders_that_the_platform_does_not_have_come_last_and_one_at_a_time(harness):
    harness.limits["main"] = 200
    of_lane(harness, 2, "m1", "m2")
    of_lane(harness, 1, "u1", "u2")
    assert [key.order_id for key in claim(harness)] == ["u1", "u2", "m1"]
    assert claim(harness) == []  # the one that was claimed takes the only call for such orders


def test_only_orders_of_the_accounts_that_this_worker_serves_are_claimed(harness):
    receive(harness, "1", account="main")
    receive(harness, "1", account="other")
    due = DueOrders(harness.database, ["other"])
    assert due.claim(10, ENQUEUE_AGAIN_AFTER) == [OrderKey("other", "1")]
    assert due.claim(10, ENQUEUE_AGAIN_AFTER) == []


def test_no_more_orders_are_claimed_than_the_budget_can_feed(harness):
    harness.limits["main"] = 200
    of_lane(harness, 0, *map(str, range(1, 9)))
    assert len(claim(harness)) == 2  # of ten calls at once
    assert claim(harness) == []  # those that were claimed will take the calls
    harness.clock.now += CLAIM_LASTS
    assert len(claim(harness)) == 2
    use_up_all(harness)
    harness.clock.now += CLAIM_LASTS
    assert claim(harness) == []


def test_one_order_is_claimed_as_soon_as_any_call_is_free(harness):
    harness.limits["main"] = 200
    of_lane(harness, 0, "1", "2")
    assert harness.budget.acquire("main", 10) == 0
    assert claim(harness) == []
    harness.clock.now += harness.budget.acquire("main")
    assert len(claim(harness)) == 1


def test_an_account_of_which_this_process_knows_that_it_has_no_calls_costs_no_query_of_its_own(harness):
    receive(harness, "1")
    due = DueOrders(harness.database, is_used_up=lambda account: account == "main")
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    assert due.claim(10, ENQUEUE_AGAIN_AFTER) == []
    assert [sql.partition(" ")[0] for sql in statements if "orders" in sql] == ["WITH"]
    assert not any("budgets" in sql for sql in statements)


def test_after_a_hold_an_account_resumes_with_two_orders_and_then_more(harness):
    receive(harness, *map(str, range(1, 21)))
    harness.holds.hold("main", "operator", None)
    harness.holds.lift("main", "operator")
    assert len(claim(harness)) == 2
    leased = harness.lease(OrderKey("main", "1"))
    assert claim(harness) == []  # one is in progress, one will be in a moment
    harness.clock.now += 5 * SECOND
    assert len(claim(harness)) == 3
    harness.order_store.finish(leased, leased.order, Done(), {})
    harness.clock.now += 30 * SECOND
    assert len(claim(harness, 30)) == 19


def test_what_is_put_back_costs_nothing_until_the_next_claim(harness):
    receive(harness, "1")
    claim(harness)
    statements = []
    event.listen(harness.database.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    for _ in range(100):
        harness.due_orders.put_back(OrderKey("main", "1"))
    assert statements == []
    assert claim(harness) == [OrderKey("main", "1")]
