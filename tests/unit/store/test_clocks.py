"""A clock that is carried on is never ahead of the one that was looked at, and is looked at again soon."""

import pytest

from worker.domain.errors import StoreUnavailable
from worker.domain.instants import SECOND
from worker.store.database.clocks import GOOD_FOR, CarriedClock


class Server:
    """A clock somewhere else, and one here that runs equally fast; every answer takes *way* seconds to arrive."""

    def __init__(self, way: float = 0.0):
        self.now, self.elapsed, self.way, self.looks = 1_000 * SECOND, 0.0, way, 0

    def live(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        self.elapsed += seconds

    def look(self) -> int:
        self.looks += 1
        told = self.now
        self.live(self.way)
        return told

    def clock(self) -> CarriedClock:
        return CarriedClock(self.look, lambda: self.elapsed)


def test_between_two_looks_the_clock_goes_on():
    server = Server()
    clock = server.clock()
    for _ in range(4):
        assert clock() == server.now
        server.live(GOOD_FOR / 4)
    assert server.looks == 1


def test_a_clock_that_has_grown_old_is_looked_at_again():
    server = Server()
    clock = server.clock()
    clock()
    server.now += 7 * SECOND  # it was put right
    server.live(GOOD_FOR * 1.01)
    assert (clock(), server.looks) == (server.now, 2)


def test_it_is_behind_by_the_way_of_the_answer_and_never_ahead():
    server = Server(way=0.3)
    clock = server.clock()
    clock()
    server.live(0.5)
    assert server.now - clock() == int(0.3 * SECOND)


def test_a_clock_that_cannot_be_looked_at_says_so_each_time():
    def away() -> int:
        raise StoreUnavailable("away")

    clock = CarriedClock(away)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            clock()
