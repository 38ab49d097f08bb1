"""How often a process counts the unknown orders of a source."""

import pytest

from worker.domain.instants import MINUTE, SECOND
from worker.store.intake.unknown.rooms import Bound, UnknownRooms

BOUND, NOW = Bound("main", "courier", 100), 1_000 * MINUTE


@pytest.fixture
def rooms() -> UnknownRooms:
    rooms = UnknownRooms()
    rooms.found(BOUND, 10, NOW, taken=1)
    return rooms


def test_without_a_count_there_is_no_room():
    assert not UnknownRooms().take(BOUND, 1, NOW)
    assert not UnknownRooms().is_full(BOUND, NOW)


def test_a_quarter_of_the_room_is_taken_before_the_next_count(rooms: UnknownRooms):
    assert [rooms.take(BOUND, 1, NOW) for _ in range(4)] == [True, True, True, False]
    assert not rooms.is_full(BOUND, NOW)


def test_a_count_is_used_for_a_minute_and_not_after_the_clock_was_put_back(rooms: UnknownRooms):
    assert not rooms.take(BOUND, 1, NOW + MINUTE)
    assert not rooms.take(BOUND, 1, NOW - 1)
    assert rooms.take(BOUND, 1, NOW + MINUTE - 1)


def test_a_source_without_room_is_not_counted_again_for_a_second(rooms: UnknownRooms):
    rooms.found(BOUND, 0, NOW, taken=1)
    assert rooms.is_full(BOUND, NOW + SECOND - 1)
    assert not rooms.is_full(BOUND, NOW + SECOND)
    assert not rooms.take(BOUND, 1, NOW)


def test_the_rooms_of_sources_and_accounts_are_separate(rooms: UnknownRooms):
    for other in (BOUND._replace(source="other"), BOUND._replace(account="other")):
        assert not rooms.take(other, 1, NOW)
