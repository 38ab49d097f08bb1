"""What the console's overview counts, over both databases: each row once, by the rules of the domain."""

import threading
from collections import Counter
from itertools import count

import pytest

from tests.support.harness import Harness, order_key
from tests.support.programs import until
from worker.domain.accounts.call_requests import Request
from worker.domain.accounts.call_usage import CallUsage
from worker.domain.errors import StoreUnavailable
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND
from worker.domain.overview.filters import OrderFilter
from worker.domain.overview.silence import BURST
from worker.domain.overview.snapshot import State
from worker.domain.overview.traffic import LASTS
from worker.store.accounts.call_limits import SqlCallLimits
from worker.store.queries.accounts import AccountQueries
from worker.store.queries.budgets import call_usage
from worker.store.queries.order_states import OrderStateQueries
from worker.store.queries.orders import OrderQueries
from worker.store.queries.recounted import Recounted
from worker.store.queries.traffic import TrafficQueries
from worker.store.queries.watch import WatchQueries
from worker.store.tables import deliveries

NUMBERS = count(1)


def send(harness: Harness, number: int = 1, **fields: str) -> None:
    for _ in range(number):
        harness.accept(order=order_key(next(NUMBERS)), **fields)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.store.queries.traffic.PAGE", 2)
    monkeypatch.setattr("worker.store.queries.order_states.PAGE", 2)


def total(queries: TrafficQueries) -> int:
    return sum(sum(outcomes.values()) for outcomes in queries.count().sums(0).values())


def test_each_delivery_is_counted_once_however_often_somebody_asks(harness: Harness, small_pages: None):
    queries = TrafficQueries(harness.database)
    assert total(queries) == 0
    send(harness, 3)
    assert [total(queries), total(queries)] == [3, 3]
    harness.clock.advance(minutes=10)
    assert total(queries) == 3
    send(harness, 4)
    assert [total(queries), total(queries)] == [7, 7]
    harness.clock.advance(minutes=10)
    assert [total(queries), total(TrafficQueries(harness.database))] == [7, 7]


def test_a_delivery_that_is_committed_late_is_counted(harness: Harness):
    queries = TrafficQueries(harness.database)
    send(harness, 3)
    with harness.database.write() as connection:  # the second one is not committed yet
        (row,) = connection.execute(deliveries.select().where(deliveries.c.id == 2)).mappings().all()
        connection.exec_driver_sql("DELETE FROM events WHERE delivery_id = 2")
        connection.execute(deliveries.delete().where(deliveries.c.id == 2))
    assert total(queries) == 2
    harness.clock.advance(seconds=20)
    with harness.database.write() as connection:
        connection.execute(deliveries.insert().values(**row))
    harness.clock.advance(minutes=5)
    assert total(queries) == 3


def test_traffic_tells_sources_outcomes_and_hours_apart(harness: Harness):
    queries, now = TrafficQueries(harness.database), harness.clock()
    send(harness, 2, source="fastbox")
    harness.clock.advance(hours=1)
    send(harness, 1, source="slowbox")
    traffic = queries.count()
    assert traffic.sums(now + HOUR) == {"slowbox": {"accepted": 1}}
    assert traffic.sums(0) == {"fastbox": {"accepted": 2}, "slowbox": {"accepted": 1}}
    assert [sum(hour.outcomes.values()) for hour in traffic.hours(hours=2)] == [2, 1]


def test_what_is_older_than_two_weeks_is_forgotten(harness: Harness, small_pages: None):
    queries = TrafficQueries(harness.database)
    send(harness, 3)
    harness.clock.advance(minutes=5)
    assert total(queries) == 3
    harness.clock.now += LASTS + BURST
    send(harness, 1)
    assert [total(queries), total(TrafficQueries(harness.database))] == [1, 1]
    harness.clock.now += LASTS + BURST
    assert total(queries) == 0


def test_the_habits_of_sources_are_those_that_doctor_sees(harness: Harness):
    sources = ["fastbox", "slowbox", "never"]
    for hours in (1, 3, 7):
        send(harness, 9, source="fastbox")
        send(harness, 1, source="slowbox")
        harness.clock.advance(hours=hours)
    now, expected = WatchQueries(harness.database).activities(sources)
    last_at = {activity.source: activity.last_at for activity in expected}
    counted = TrafficQueries(harness.database).count().activities(sources, last_at)
    assert [(one.source, list(one.bursts)) for one in counted] == [(one.source, one.bursts) for one in expected]
    assert [activity.is_silent(now + 15 * DAY) for activity in expected] == [True, False]


def test_after_its_end_traffic_reads_no_page(harness: Harness):
    queries = TrafficQueries(harness.database)
    send(harness, 3)
    queries.close()
    assert total(queries) == 0


def test_orders_are_counted_in_the_states_that_lists_show(harness: Harness, small_pages: None):
    harness.one_in_each_state()
    harness.accept(order=order_key(50))
    page = OrderQueries(harness.database).page(OrderFilter(), 100)
    listed = Counter((row.order.key.account, row.order.stage or "", row.state(page.now)) for row in page.rows)
    states = OrderStateQueries(harness.database).count()
    assert states.counts == listed
    assert set(states.by_state()) == set(State)
    assert states.total == len(State) + 1
    assert {name: count for name, (count, _) in states.ready.items()} == {"main": 2, "held": 1}
    overview = AccountQueries(harness.database).overview()
    assert states.of_accounts() == overview.orders, "it is what the command line shows"


def test_a_confirmation_takes_from_the_receipt_of_its_event_to_the_answer_of_the_platform(harness: Harness):
    queries = OrderStateQueries(harness.database)
    assert queries.confirmation_times() == []
    for lasts in (5, 60):
        key = order_key(next(NUMBERS))
        harness.accept(order=key)
        harness.clock.advance(seconds=lasts)
        harness.reconcile(key)
    durations = queries.confirmation_times()
    assert sorted(duration // SECOND for duration in durations) == [5, 60], (
        "two writes of one pass are one confirmation"
    )


def test_the_budget_of_each_account_of_the_settings_is_shown(harness: Harness):
    SqlCallLimits(harness.database).acquire("main", Request(3), 60)
    with harness.database.read() as connection:
        usage = call_usage(connection, {"main": 60, "other": None}, harness.clock())
        later = call_usage(connection, {"main": 60}, harness.clock() + 2 * MINUTE)
    assert usage == {"main": CallUsage(3, 60), "other": CallUsage(0)}
    assert later == {"main": CallUsage(0, 60)}


def test_a_result_is_counted_anew_only_after_its_rest():
    counted = count(1)
    recounted = Recounted("numbers", lambda: next(counted), least_rest_seconds=3600)
    assert [recounted.latest(60), recounted.latest(60)] == [1, 1]
    restless = Recounted("numbers", lambda: next(counted), least_rest_seconds=0)
    until(lambda: (restless.latest() or 0) > 3, what="a third count")


def test_nobody_waits_longer_than_wanted_for_a_count_and_there_is_one_at_a_time():
    may_end, running = threading.Event(), Counter[str]()

    def slow() -> int:
        running["now"] += 1
        assert may_end.wait(60)
        return running["now"]

    recounted = Recounted("slow", slow)
    assert [recounted.latest(0), recounted.latest(0.01), recounted.latest(0)] == [None, None, None]
    may_end.set()
    assert recounted.latest(60) == 1


@pytest.mark.parametrize("error", [StoreUnavailable("away"), RuntimeError("a defect")])
def test_a_count_that_fails_leaves_the_result_before_it(error: Exception, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("worker.store.queries.recounted.AFTER_FAILURE_SECONDS", 3600.0)
    results: list[int | Exception] = [1, error]

    def count_or_fail() -> int:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    recounted = Recounted("failing", count_or_fail, least_rest_seconds=0)
    until(lambda: recounted.latest(60) == 1 and not results, what="both counts")
    assert [recounted.latest(60), recounted.latest(60)] == [1, 1]


def test_after_its_end_nothing_is_counted():
    recounted = Recounted("closed", lambda: 1)
    recounted.close()
    assert recounted.latest(60) is None
