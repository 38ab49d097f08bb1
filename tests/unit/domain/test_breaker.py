"""The breaker trips when calls about several orders fail one after another, and never because of one order."""

from worker.domain.accounts.breaker import TRIPS_AT, WINDOW, Breaker
from worker.domain.instants import SECOND

NOW = 1_000 * SECOND


def after(*failures: tuple[str, int]) -> Breaker:
    breaker = Breaker()
    for order_id, at in failures:
        breaker = breaker.after_failure(order_id, at)
    return breaker


def test_failures_of_several_orders_trip_it():
    failures = [(str(number), NOW + number) for number in range(TRIPS_AT)]
    assert not after(*failures[:-1]).is_tripped
    assert after(*failures).is_tripped


def test_one_order_that_fails_for_ever_never_trips_it():
    assert not after(*[("1", NOW + number) for number in range(100)]).is_tripped


def test_one_order_too_few_never_trips_it_however_often_they_fail():
    failures = [(str(number % (TRIPS_AT - 1)), NOW + number) for number in range(100)]
    assert not after(*failures).is_tripped


def test_failures_that_are_too_old_do_not_count():
    last = NOW + WINDOW
    failures = [(str(number), NOW + number) for number in range(TRIPS_AT - 1)]
    assert after(*failures, ("last", last - 1)).is_tripped
    assert not after(*failures, ("last", last)).is_tripped


def test_the_newest_failure_of_an_order_counts():
    between = [(str(number), NOW + WINDOW // 2) for number in range(TRIPS_AT - 2)]
    assert after(("a", NOW), *between, ("a", NOW + WINDOW - 1), ("b", NOW + WINDOW + 1)).is_tripped


def test_it_remembers_no_more_than_it_needs():
    assert len(after(*[(str(number), NOW + number) for number in range(1000)]).failures) == TRIPS_AT
