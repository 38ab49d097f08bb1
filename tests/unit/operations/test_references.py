"""What an operator may decide about a reference whose search has stopped, and what the rules forbid."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.support.operators import KEY, NOW, Operator, snapshot
from worker.domain.errors import ApiError, OrderMissing, Rejected, Throttled, Transient, Unauthorized
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot
from worker.operations import references

NUMBER = OrderKey("main", "number:ORD-1")
STOPPED = snapshot(NUMBER, stage=None, stop="unknown_order", stopped_at=NOW)


def resolve(
    operator: Operator, named: str = "17", key: OrderKey = NUMBER, reason: str = "a misprint", stop: str = ""
) -> str:
    look = references.Look(lambda _: "shipped")
    return references.resolve(operator.operations, key, named, reason, look, stop)


@pytest.mark.parametrize("named", ["17", "main/17", "number:ORD/2", "main/number:ORD/2"])
def test_the_named_order_gets_the_events_and_is_enqueued(named):
    operator = Operator(STOPPED, snapshot(due=NOW, number="ORD/2"), accounts=("main", "also"))
    sentence = resolve(operator, named)
    assert sentence.startswith("main/number:ORD-1 is main/17, which has its events and is due; a worker takes it")
    assert (operator.store.attached, operator.wake_ups.keys) == ([(STOPPED, "17", "a misprint")], [KEY])


@pytest.mark.parametrize(
    ("order", "sentence"),
    [
        (
            snapshot(stop="refused", stopped_at=NOW, due=NOW),
            "is stopped \\(refused\\): `fulfillment orders release main/17 --",
        ),
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
def test_only_a_reference_with_the_expected_stop_is_decided_and_only_with_a_reason(seen: Snapshot, asked, match):
    operator = Operator(seen)
    with operator.refuses(match):
        resolve(operator, **asked)
    assert operator.changed_nothing()


def test_a_stop_that_has_changed_meanwhile_is_left_alone():
    operator = Operator(STOPPED, overtaken=True)
    with operator.refuses("has changed meanwhile"):
        resolve(operator)
    assert operator.wake_ups.keys == []


def waiting(**order: Any) -> Snapshot:
    seen = snapshot(NUMBER, stage=None, due=NOW)
    return replace(seen, row=replace(seen.row, order=replace(seen.order, **order)))


def test_an_operator_who_knows_the_order_need_not_wait_for_the_end_of_the_search():
    operator = Operator(waiting(), snapshot(due=NOW))
    assert resolve(operator).startswith("main/number:ORD-1 is main/17, which has its events and is due")
    assert operator.store.attached == [(waiting(), "17", "a misprint")]


# -------------------------------------------------------------------------------------------------- a look at the order


def look(failure: ApiError | None, *, unseen: bool = False) -> references.Look:
    def status_of(_: OrderKey) -> str:
        if failure:
            raise failure
        return "shipped\x1b[2J"

    return references.Look(status_of, unseen)


def found(operator: Operator, at: references.Look) -> str:
    return references.resolve(operator.operations, NUMBER, "17", "a misprint", at)


def test_what_the_platform_shows_is_said_without_control_characters():
    assert found(Operator(STOPPED), look(None)).endswith(" The platform shows it as “shipped [2J”.")


@pytest.mark.parametrize("unseen", [False, True])
def test_an_order_that_the_platform_does_not_know_is_never_believed(unseen):
    operator = Operator(STOPPED)
    with pytest.raises(OrderMissing, match=r"main/17\. Nothing was changed; `fulfillment platform orders list --acc"):
        found(operator, look(OrderMissing("not found", 404), unseen=unseen))
    assert operator.changed_nothing()


@pytest.mark.parametrize("failure", [Transient("no answer"), Throttled("429"), Unauthorized("401", 401)])
def test_a_platform_that_cannot_be_reached_is_passed_over_only_by_somebody_who_is_sure(failure):
    operator = Operator(STOPPED)
    with pytest.raises(Transient, match=r"main/17 was not seen, so nothing was changed; .* add --unseen"):
        found(operator, look(failure))
    assert operator.changed_nothing()
    assert " The platform could not be asked: " in found(operator, look(failure, unseen=True))
    assert len(operator.store.attached) == 1


def test_another_failure_of_the_look_is_told_as_it_is():
    operator = Operator(STOPPED)
    with pytest.raises(Rejected):
        found(operator, look(Rejected("no such branch", 422), unseen=True))
    assert operator.changed_nothing()


def test_an_order_that_an_operator_has_closed_says_so_when_it_gets_the_events():
    operator = Operator(STOPPED, snapshot(due=NOW, closed_by_operator=1))
    assert "which has its events and is closed by an operator" in found(operator, look(None))
