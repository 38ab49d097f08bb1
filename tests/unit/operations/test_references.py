"""What an operator may decide of a search that has stopped, and what the rules forbid."""

import re

import pytest

from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot

NUMBER = OrderKey("main", "number:ORD-1")
STOPPED = snapshot(NUMBER, stage=None, stop="unknown_order", stopped_at=NOW)


def found(
    operator: Operator, named: str = "17", key: OrderKey = NUMBER, reason: str = "a misprint", stop: str = ""
) -> str:
    return references.found(operator.operations, key, named, reason, stop)


def dismiss(operator: Operator, key: OrderKey = NUMBER, reason: str = "not ours", stop: str = "") -> str:
    return references.dismiss(operator.operations, key, reason, stop)


@pytest.mark.parametrize("named", ["17", "main/17", "number:ORD/2", "main/number:ORD/2"])
def test_the_order_that_is_named_gets_the_news_and_is_nudged(named):
    operator = Operator(STOPPED, snapshot(due=NOW, number="ORD/2"), accounts=("main", "also"))
    told = found(operator, named)
    assert told.startswith("main/number:ORD-1 is main/17, which has its news and is due; a worker takes it from here")
    assert (operator.store.attached, operator.nudged) == ([(STOPPED, "17", "a misprint")], [KEY])


@pytest.mark.parametrize(
    ("order", "told"),
    [
        (snapshot(stop="refused", stopped_at=NOW, due=NOW), "is stopped \\(refused\\): `fulfillment orders release`"),
        (snapshot(due=NOW + 60_000_000, waiting="api_unavailable"), "waits until .* \\(in 1 min\\): api_unavailable"),
        (None, "is due"),
    ],
)
def test_an_order_that_cannot_be_taken_at_once_says_so(order, told):
    operator = Operator(STOPPED, *([order] if order else []))
    assert re.search(told, found(operator))


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
    operator = Operator(STOPPED, accounts=("main", "also"))
    with operator.refuses(match):
        found(operator, named)
    assert operator.changed_nothing()


def test_an_order_without_room_is_named_and_not_nudged():
    operator = Operator(STOPPED, roomy=False)
    with operator.refuses("main/17 has no room for all news of main/number:ORD-1"):
        found(operator)
    assert operator.nudged == []


def test_a_dismissal_says_what_ends_it_and_nudges_nobody():
    operator = Operator(STOPPED)
    assert "nobody looks for it any more, until there is newer news" in dismiss(operator)
    assert (operator.store.dismissed, operator.nudged) == ([(STOPPED, "not ours")], [])


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
    operator = Operator(seen)
    with operator.refuses(match):
        decide(operator, **asked)
    assert operator.changed_nothing()


@pytest.mark.parametrize("decide", [found, dismiss])
def test_a_stop_that_changed_since_it_was_seen_is_left_alone(decide):
    operator = Operator(STOPPED, willing=False)
    with operator.refuses("has changed meanwhile"):
        decide(operator)
    assert operator.nudged == []
