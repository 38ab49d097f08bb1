"""What an operator may decide about a reference whose search has stopped, and what the rules forbid."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.instants import MINUTE
from worker.domain.orders import OrderKey
from worker.domain.snapshot import Snapshot
from worker.operations import references

NUMBER = OrderKey("main", "number:ORD-1")
STOPPED = snapshot(NUMBER, stage=None, stop="unknown_order", stopped_at=NOW)


def resolve(
    operator: Operator, named: str = "17", key: OrderKey = NUMBER, reason: str = "a misprint", stop: str = ""
) -> str:
    return references.resolve(operator.operations, key, named, reason, stop)


def dismiss(operator: Operator, key: OrderKey = NUMBER, reason: str = "not ours", stop: str = "") -> str:
    return references.dismiss(operator.operations, key, reason, stop)


@pytest.mark.parametrize("named", ["17", "main/17", "number:ORD/2", "main/number:ORD/2"])
def test_the_named_order_gets_the_events_and_is_enqueued(named):
    operator = Operator(STOPPED, snapshot(due=NOW, number="ORD/2"), accounts=("main", "also"))
    sentence = resolve(operator, named)
    assert sentence.startswith("main/number:ORD-1 is main/17, which has its events and is due; a worker takes it")
    assert (operator.store.attached, operator.wake_ups.keys) == ([(STOPPED, "17", "a misprint")], [KEY])


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (snapshot(stop="refused", stopped_at=NOW, due=NOW), "is stopped \\(refused\\): `fulfillment orders release`"),
        (snapshot(due=NOW + 60_000_000, waiting="api_unavailable"), "waits until .* \\(in 1 min\\): api_unavailable"),
        (None, "is due"),
    ],
)
def test_an_order_that_cannot_be_reconciled_at_once_says_so(order, sentence):
    operator = Operator(STOPPED, *([order] if order else []))
    assert re.search(sentence, resolve(operator))


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
def test_only_an_order_of_the_same_account_resolves_a_reference(named, match):
    operator = Operator(STOPPED, accounts=("main", "also"))
    with operator.refuses(match):
        resolve(operator, named)
    assert operator.changed_nothing()


def test_an_order_without_capacity_is_named_and_not_enqueued():
    operator = Operator(STOPPED, full=True)
    with operator.refuses("main/17 would have too many events with those of main/number:ORD-1"):
        resolve(operator)
    assert operator.wake_ups.keys == []


def test_a_dismissal_says_what_ends_it_and_enqueues_nothing():
    operator = Operator(STOPPED)
    assert "the search has ended, until there is a newer event" in dismiss(operator)
    assert (operator.store.dismissed, operator.wake_ups.keys) == ([(STOPPED, "not ours")], [])


@pytest.mark.parametrize("decide", [resolve, dismiss])
@pytest.mark.parametrize(
    ("seen", "asked", "match"),
    [
        (snapshot(stop="refused", stopped_at=NOW), {"key": KEY}, "main/17 is known by its id"),
        (snapshot(NUMBER, due=NOW), {"stop": "gave_up"}, "main/number:ORD-1 is not stopped"),
        (STOPPED, {"stop": "gave_up"}, "stopped for unknown_order, not for gave_up"),
        (STOPPED, {"reason": " "}, "a reason is needed"),
        (snapshot(), {}, "knows no order main/number:ORD-1"),
    ],
)
def test_only_a_reference_with_the_expected_stop_is_decided_and_only_with_a_reason(
    decide, seen: Snapshot, asked, match
):
    operator = Operator(seen)
    with operator.refuses(match):
        decide(operator, **asked)
    assert operator.changed_nothing()


@pytest.mark.parametrize("decide", [resolve, dismiss])
def test_a_stop_that_has_changed_meanwhile_is_left_alone(decide):
    operator = Operator(STOPPED, overtaken=True)
    with operator.refuses("has changed meanwhile"):
        decide(operator)
    assert operator.wake_ups.keys == []


def waiting(**order: Any) -> Snapshot:
    seen = snapshot(NUMBER, stage=None, due=NOW)
    return replace(seen, row=replace(seen.row, order=replace(seen.order, **order)))


def test_an_operator_who_knows_the_order_need_not_wait_for_the_end_of_the_search():
    operator = Operator(waiting(), snapshot(due=NOW))
    assert resolve(operator).startswith("main/number:ORD-1 is main/17, which has its events and is due")
    assert operator.store.attached == [(waiting(), "17", "a misprint")]


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        (waiting(), "its search goes on; --found says which order it is"),
        (
            waiting(missing_since=NOW - MINUTE),
            "its search goes on until 2024-01-25 15:29:00 UTC \\(in 59 min\\); --found",
        ),
        (snapshot(NUMBER, stage=None), "its search was dismissed; --found"),
    ],
)
def test_a_search_that_has_not_stopped_is_not_dismissed_but_says_when_it_ends(seen, sentence):
    operator = Operator(seen)
    with operator.refuses(f"main/number:ORD-1 is not stopped: {sentence}"):
        dismiss(operator)
    assert operator.changed_nothing()
