"""A reservation acquires its calls once, and gives back once those that were not made."""

from typing import cast

import pytest

from tests.support.clock import START, Clock
from worker.domain.accounts.call_requests import Grant, Request, Seen
from worker.domain.accounts.call_state import CALL_DELAY, Taken
from worker.ports import Holds
from worker.reconcile.budget import Budget
from worker.reconcile.call_reservation import RESERVATION_LASTS, CallReservation


class AmpleLimits:
    """Call limits that are never used up. `changes` has the requests, and the calls that were given back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.changes: list[Request | Taken] = []

    def acquire(self, _account: str, request: Request, _ceiling: int | None, _seen: Seen | None = None) -> Grant:
        self.changes.append(request)
        return Grant(Taken(request.calls, self._clock()))

    def give_back(self, _account: str, unused: Taken, _ceiling: int | None) -> None:
        self.changes.append(unused)

    def learn(self, _account: str, _seen: Seen) -> None:
        raise AssertionError


@pytest.fixture
def limits(clock: Clock) -> AmpleLimits:
    return AmpleLimits(clock)


@pytest.fixture
def reservation(limits: AmpleLimits, clock: Clock) -> CallReservation:
    return CallReservation(Budget(cast("Holds", None), limits, {"main": 60}, clock), "main", clock)


def test_it_begins_without_calls(reservation, limits):
    reservation.give_back()
    assert limits.changes == []
    reservation.reserve()
    assert limits.changes == [Request(1)]


def test_calls_that_are_reserved_are_not_acquired_again(reservation, limits):
    reservation.reserve(2)
    reservation.reserve(2)
    reservation.use()
    reservation.reserve()
    assert limits.changes == [Request(2)]


def test_too_few_reserved_calls_are_given_back_with_the_request_for_more(reservation, limits):
    reservation.reserve(2)
    reservation.reserve(3)
    assert limits.changes == [Request(2), Request(3, unused=Taken(2, START))]


def test_a_request_after_a_call_continues(reservation, limits):
    reservation.reserve(1)
    reservation.use()
    reservation.reserve(4)
    assert limits.changes == [Request(1), Request(4, continues=True)]


def test_calls_are_given_back_once(reservation, limits):
    reservation.reserve(3)
    reservation.use()
    reservation.give_back()
    reservation.give_back()
    assert limits.changes == [Request(3), Taken(2, START)]


def test_an_old_reservation_is_made_anew_with_all_of_its_calls(reservation, limits, clock):
    reservation.reserve(3)
    clock.now += RESERVATION_LASTS - 1
    reservation.reserve(2)
    assert limits.changes == [Request(3)]
    clock.now += 1
    reservation.reserve(2)
    assert limits.changes == [Request(3), Request(3, unused=Taken(3, START))]


def test_a_reservation_is_late_when_its_calls_might_no_longer_count_in_their_minute(reservation, clock):
    reservation.reserve()
    clock.now += CALL_DELAY
    assert not reservation.is_late
    clock.now += 1
    assert reservation.is_late
