"""What an operator may decide of a search that has stopped, and what the rules forbid."""

import re

import pytest

from tests.support.door import KEY, NOW, Door, snapshot
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.operations import verdicts

NUMBER = OrderKey("main", "number:ORD-1")
STOPPED = snapshot(NUMBER, place=None, stop="unknown_order", stopped_at=NOW)


def found(door: Door, named: str = "17", key: OrderKey = NUMBER, reason: str = "a misprint", stop: str = "") -> str:
    return verdicts.found(door.operations, key, named, reason, stop)


def dismiss(door: Door, key: OrderKey = NUMBER, reason: str = "not ours", stop: str = "") -> str:
    return verdicts.dismiss(door.operations, key, reason, stop)


@pytest.mark.parametrize("named", ["17", "main/17", "number:ORD/2", "main/number:ORD/2"])
def test_the_order_that_is_named_gets_the_news_and_is_nudged(named):
    door = Door(STOPPED, snapshot(due=NOW, number="ORD/2"), accounts=("main", "also"))
    told = found(door, named)
    assert told.startswith("main/number:ORD-1 is main/17, which has its news and is due; a worker takes it from here")
    assert (door.desk.attached, door.nudged) == ([(STOPPED, "17", "a misprint")], [KEY])


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (snapshot(stop="refused", stopped_at=NOW, due=NOW), "is stopped \\(refused\\): `fulfillment orders release`"),
        (snapshot(due=NOW + 60_000_000, waiting="api_unavailable"), "waits until .* \\(in 1 min\\): api_unavailable"),
        (None, "is due"),
    ],
)
def test_an_order_that_cannot_be_taken_at_once_says_so(order, told):
    door = Door(STOPPED, *([order] if order else []))
    assert re.search(told, found(door))


@pytest.mark.parametrize(
    ("named", "match"),
    [
        ("also/17", "also/17 is of another account than main/number:ORD-1"),
        ("other/17", "the settings name no account “other”"),
        ("number:ORD-1", "say the id"),
        ("number:ORD-9", "say the id"),
        ("seventeen", "“seventeen”"),
        ("", "is not an order"),
    ],
)
def test_no_other_thing_than_an_order_of_the_same_account_can_be_meant(named, match):
    door = Door(STOPPED, accounts=("main", "also"))
    with door.refuses(match):
        found(door, named)
    assert door.changed_nothing()


def test_an_order_without_room_is_named_and_not_nudged():
    door = Door(STOPPED, roomy=False)
    with door.refuses("main/17 has no room for all news of main/number:ORD-1"):
        found(door)
    assert door.nudged == []


def test_a_dismissal_says_what_ends_it_and_nudges_nobody():
    door = Door(STOPPED)
    assert "nobody looks for it any more, until there is newer news" in dismiss(door)
    assert (door.desk.dismissed, door.nudged) == ([(STOPPED, "not ours")], [])


@pytest.mark.parametrize("decide", [found, dismiss])
@pytest.mark.parametrize(
    ("seen", "asked", "match"),
    [
        (snapshot(stop="refused", stopped_at=NOW), {"key": KEY}, "main/17 is known by its id"),
        (snapshot(NUMBER, due=NOW), {}, "is not stopped"),
        (STOPPED, {"stop": "gave_up"}, "stopped for unknown_order, not for gave_up"),
        (STOPPED, {"reason": " "}, "a reason is needed"),
        (snapshot(), {}, "knows no order main/number:ORD-1"),
    ],
)
def test_only_a_stopped_search_is_decided_and_only_with_a_reason(decide, seen: Snapshot, asked, match):
    door = Door(seen)
    with door.refuses(match):
        decide(door, **asked)
    assert door.changed_nothing()


@pytest.mark.parametrize("decide", [found, dismiss])
def test_a_stop_that_changed_since_it_was_seen_is_left_alone(decide):
    door = Door(STOPPED, willing=False)
    with door.refuses("has changed meanwhile"):
        decide(door)
    assert door.nudged == []
