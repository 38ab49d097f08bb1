"""A carried clock is never ahead of the clock that it reads, and reads it again soon."""

import pytest

from worker.domain.errors import StoreUnavailable
from worker.domain.instants import SECOND
from worker.store.database.clocks import READING_LASTS_SECONDS, CarriedClock


class Server:
    """A remote clock and a local clock of the same speed. Every answer takes *delay* seconds to arrive."""

    def __init__(self, delay: float = 0.0):
        self.now, self.monotonic, self.delay, self.reads = 1_000 * SECOND, 0.0, delay, 0

    def run_for(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)
        self.monotonic += seconds

    def read(self) -> int:
        self.reads += 1
        now = self.now
        self.run_for(self.delay)
        return now

    def clock(self) -> CarriedClock:
        return CarriedClock(self.read, lambda: self.monotonic)


def test_between_two_reads_the_clock_goes_on():
    server = Server()
    clock = server.clock()
    for _ in range(4):
        assert clock.now() == server.now
        server.run_for(READING_LASTS_SECONDS / 4)
    assert server.reads == 1


def test_a_clock_is_read_again_once_its_reading_is_old():
    server = Server()
    clock = server.clock()
    clock.now()
    server.now += 7 * SECOND  # somebody corrects the remote clock
    server.run_for(READING_LASTS_SECONDS * 1.01)
    assert (clock.now(), server.reads) == (server.now, 2)


def test_a_clock_is_behind_by_the_delay_of_the_answer_and_never_ahead():
    server = Server(delay=0.3)
    clock = server.clock()
    clock.now()
    server.run_for(0.5)
    assert server.now - clock.now() == int(0.3 * SECOND)


def test_a_clock_that_cannot_be_read_raises_each_time():
    def away() -> int:
        raise StoreUnavailable("away")

    clock = CarriedClock(away)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            clock.now()
