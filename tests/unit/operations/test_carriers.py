"""What an operator may decide about the carrier of an order, and what is explained about it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.clock import START
from tests.support.events import recorded
from tests.support.operators import KEY, NOW, Operator, snapshot
from tests.support.two_couriers import news
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import EventEntry, RefusedDeliveries, Snapshot
from worker.domain.policy import Policy
from worker.operations.carriers import assign
from worker.operations.explain.explanation import explain
from worker.operations.references import Look, resolve
from worker.ports import Attached


def carried(by: str = "north", *, word_of: str = "", **row: Any) -> Snapshot:
    """Return an order that `north` carries, with an event of it and one of `south`."""
    events = recorded(news("north", "shipment.picked_up", "N1"), news("south", "shipment.delivered", "S1"))
    seen = snapshot(**row)
    order = replace(seen.order, carrier=by, carrier_by=word_of or by)
    return replace(seen, row=replace(seen.row, order=order), event_entries=tuple(map(EventEntry, events)))


def test_an_assignment_is_recorded_and_wakes_a_worker():
    operator = Operator(carried())
    sentence = assign(operator.operations, KEY, "south", "the label says so")
    assert sentence.startswith("south carries main/17. What north has said of it does not count any more.")
    assert sentence.endswith("`fulfillment deliveries replay --source south --reason not_your_order`.")
    (assigned,) = operator.store.assigned
    assert assigned[1:] == ("south", "the label says so")
    assert operator.wake_ups.keys == [KEY]


def test_without_a_carrier_the_next_one_to_report_is_told():
    sentence = assign(Operator(carried()).operations, KEY, "", "nobody knows")
    assert sentence.startswith("Nobody carries main/17 any more: the next source to report it does.")
    assert "deliveries replay" not in sentence


def test_a_stop_is_named_because_an_assignment_does_not_lift_it():
    sentence = assign(Operator(carried(stop="shipment_lost", stopped_at=NOW)).operations, KEY, "south", "why")
    assert (
        "It is still stopped (shipment_lost): `fulfillment orders release main/17 --reason <why>` lifts that."
        in sentence
    )


@pytest.mark.parametrize(
    ("key", "reason", "match"),
    [
        (OrderKey("main", "number:7"), "why", "is a reference"),
        (OrderKey("main", "18"), "why", "knows no order main/18; to create it, add --create"),
        (KEY, " ", "a reason is needed"),
    ],
)
def test_a_request_that_makes_no_sense_changes_nothing(key: OrderKey, reason: str, match: str):
    operator = Operator(carried())
    with operator.refuses(match):
        assign(operator.operations, key, "south", reason)
    assert operator.changed_nothing()


def test_an_order_that_another_operator_has_assigned_is_looked_at_again():
    operator = Operator(carried(), overtaken=True)
    with operator.refuses("the carrier of main/17 has changed meanwhile"):
        assign(operator.operations, KEY, "south", "why")
    assert operator.wake_ups.keys == []


def test_a_reference_of_another_courier_is_given_only_after_an_assignment(monkeypatch: pytest.MonkeyPatch):
    stopped = snapshot(OrderKey("main", "number@south:7"), stage=None, stop="unknown_order", stopped_at=NOW)
    operator = Operator(stopped, carried())
    monkeypatch.setattr(operator.store, "attach", lambda *_: Attached.REFUSED)
    look = Look(lambda _: "shipped")
    with operator.refuses("`fulfillment orders assign main/17 south --reason <why>`"):
        resolve(operator.operations, stopped.order.key, "17", "a misprint", look)
    assert operator.wake_ups.keys == []


# ------------------------------------------------------------------------------------------------------------- explain


def test_an_explanation_names_the_carrier_and_by_whose_word():
    assert "north carries it." in explain(carried(), Policy()).position
    assert "north carries it, by the word of an operator." in explain(carried(word_of="operator"), Policy()).position
    assert not any("carries" in sentence for sentence in explain(carried(""), Policy()).position)


def test_what_does_not_count_is_said_and_justifies_nothing():
    explanation = explain(carried(), Policy())
    assert "1 event of south does not count: north carries the order." in explanation.evidence
    assert explanation.target == "shipped"
    assert not any("delivered from south" in sentence for sentence in explanation.evidence)


def test_refused_deliveries_are_named_with_the_commands_that_take_them_in():
    seen = replace(carried(), refused=(RefusedDeliveries("south", 3, START),))
    sentences = explain(seen, Policy()).next_steps
    assert any(s.startswith("3 deliveries of south about it are quarantined (not_your_order)") for s in sentences)
    assert "If south carries it: fulfillment orders assign main/17 south --reason <why>" in sentences
    assert sentences[-1].endswith("fulfillment deliveries replay --source south --reason not_your_order")
    sentences = explain(replace(carried("south"), refused=seen.refused), Policy()).next_steps
    assert not any("orders assign" in sentence for sentence in sentences)
    assert sentences[-1].startswith("Take in what it has said: fulfillment deliveries replay --source south")
