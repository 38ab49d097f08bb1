"""A reservation acquires its calls once, and gives back once those that were not made."""

from typing import cast

import pytest

from tests.support.clock import Clock
from worker.ports import Holds
from worker.reconcile.budget import RESERVATION_LASTS, Budget, CallReservation


class AmpleLimits:
    """Call limits that are never used up. `changes` has the calls taken, and those given back as negative numbers."""

    def __init__(self) -> None:
        self.changes: list[int] = []

    def acquire(self, _account: str, calls: int, _per_minute: int) -> int:
        self.changes.append(calls)
        return 0

    def give_back(self, _account: str, calls: int, _age: int, _per_minute: int) -> None:
        self.changes.append(-calls)


@pytest.fixture
def limits() -> AmpleLimits:
    return AmpleLimits()


@pytest.fixture
def reservation(limits: AmpleLimits, clock: Clock) -> CallReservation:
    return CallReservation(Budget(cast("Holds", None), limits, {"main": 60}), "main", clock)


def test_it_begins_without_calls(reservation, limits):
    reservation.give_back()
    assert limits.changes == []
    reservation.reserve()
    assert limits.changes == [1]


def test_calls_that_are_reserved_are_not_acquired_again(reservation, limits):
    reservation.reserve(2)
    reservation.reserve(2)
    reservation.use()
    reservation.reserve()
    assert limits.changes == [2]


def test_too_few_reserved_calls_are_given_back_before_more_are_acquired(reservation, limits):
    reservation.reserve(2)
    reservation.reserve(3)
    assert limits.changes == [2, -2, 3]


def test_calls_are_given_back_once(reservation, limits):
    reservation.reserve(3)
    reservation.use()
    reservation.give_back()
    reservation.give_back()
    assert limits.changes == [3, -2]


def test_an_old_reservation_is_made_anew(reservation, limits, clock):
    reservation.reserve(2)
    clock.now += RESERVATION_LASTS - 1
    reservation.reserve(2)
    assert limits.changes == [2]
    clock.now += 1
    reservation.reserve(2)
    assert limits.changes == [2, -2, 2]
