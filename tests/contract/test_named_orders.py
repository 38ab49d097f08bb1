"""What a stored delivery keeps besides its body: its headers, and the order that it names if it cannot be used."""

from typing import Any

import pytest

from tests.support.events import KEY, a_delivery, an_event
from tests.support.harness import Harness, order_key
from tests.support.tables import rows
from worker.domain.kept import KeptBounds
from worker.domain.orders import OrderKey
from worker.domain.reasons import QuarantineReason
from worker.ports import Delivery
from worker.store.intake.intake import SqlIntake
from worker.store.queries.deliveries import DeliveryQueries
from worker.store.tables import deliveries

HEADERS = '{"content-type":"application/json","authorization":null}'


def named(harness: Harness) -> list[tuple[str, str]]:
    """Return the outcome and the named order of each delivery."""
    return [(row.outcome, row.named) for row in rows(harness.database, deliveries)]


def unusable(order: OrderKey | None = KEY, **fields: Any) -> Delivery:
    return a_delivery(unusable=QuarantineReason.NO_KEY, named=order, **fields)


def test_every_stored_delivery_has_its_headers_whichever_way_it_was_written(harness: Harness):
    event = an_event(key="evt_1")
    reference = an_event(key="evt_2", order=OrderKey("main", "number:N"))
    for delivery in (a_delivery(event, headers=HEADERS), a_delivery(event, headers=HEADERS)):
        harness.intake.write(delivery)
    harness.intake.write(a_delivery(reference, headers=HEADERS))
    harness.intake.write(unusable(headers=HEADERS))
    harness.intake.write(a_delivery(an_event(key="evt_3"), headers=HEADERS).as_stale())
    outcomes = [(row.outcome, row.headers) for row in rows(harness.database, deliveries)]
    assert outcomes == [(outcome, HEADERS) for outcome in ("accepted", "duplicate", "accepted", "quarantined", "stale")]


def test_a_delivery_is_shown_with_its_headers_and_those_of_earlier_versions_have_none(harness: Harness):
    harness.intake.write(unusable(headers=HEADERS))
    harness.intake.write(unusable(headers="{odd"))
    harness.intake.write(unusable(headers="[]"))
    harness.intake.write(unusable())
    shown = [DeliveryQueries(harness.database).show(number)[1] for number in range(1, 5)]
    expected = {"content-type": "application/json", "authorization": None}
    assert [delivery.headers for delivery in shown if delivery] == [expected, {}, {}, {}]


def test_what_is_quarantined_or_stale_has_the_order_that_it_names_and_nothing_else_has(harness: Harness):
    event = an_event(key="evt_1", order=order_key(1))
    harness.intake.write(a_delivery(event))
    harness.intake.write(a_delivery(event))
    harness.intake.write(a_delivery(an_event(key="evt_1", order=order_key(2))))
    harness.intake.write(unusable(OrderKey("main", "tracking@north:trk 3")))
    harness.intake.write(a_delivery(an_event(key="evt_4", order=order_key(4))).as_stale())
    harness.intake.write(unusable(None))
    assert named(harness) == [
        ("accepted", ""),
        ("duplicate", ""),
        ("quarantined", "main/2"),
        ("quarantined", "main/tracking:TRK3"),
        ("stale", "main/4"),
        ("quarantined", ""),
    ]


def test_of_several_events_the_one_that_cannot_be_used_names_the_order(harness: Harness):
    harness.intake.write(a_delivery(an_event(key="evt_1", order=order_key(1))))
    good, reused = an_event(key="evt_2", order=order_key(2)), an_event(key="evt_1", order=order_key(3))
    harness.intake.write(a_delivery(good, reused))
    assert named(harness)[1:] == [("quarantined", "main/3")]


@pytest.mark.parametrize("order_id", ["x" * 600, "a\x00b", "a\ud800b"])
def test_a_name_that_no_index_can_hold_is_left_out(harness: Harness, order_id: str):
    harness.intake.write(unusable(OrderKey("main", order_id)))
    harness.intake.write(a_delivery(an_event(order=OrderKey("main", order_id))))
    assert named(harness) == [("quarantined", ""), ("quarantined", "")]


def test_a_replay_changes_what_a_delivery_names_and_not_its_headers(harness: Harness):
    for number in (1, 2):
        harness.intake.write(unusable(order_key(number), headers=HEADERS))
    harness.intake.replay(1, unusable(order_key(5)))
    harness.intake.replay(2, a_delivery(an_event(key="evt_2", order=order_key(2))))
    assert named(harness) == [("quarantined", "main/5"), ("accepted", "")]
    assert {row.headers for row in rows(harness.database, deliveries)} == {HEADERS}


def test_another_name_alone_is_no_news_for_an_operator(harness: Harness):
    harness.intake.write(unusable(None))
    harness.intake.replay(1, unusable(order_key(1)))
    (row,) = rows(harness.database, deliveries)
    assert (row.named, row.replayed_at) == ("main/1", harness.clock())


def test_what_was_partly_taken_in_names_nothing_once_the_rest_is_deleted(harness: Harness):
    intake = SqlIntake(harness.database, {"courier": KeptBounds(deliveries=1)})
    good = an_event(key="good", order=order_key(1))
    intake.write(a_delivery(good, unusable=QuarantineReason.NO_KEY, named=order_key(2)))
    intake.write(unusable(order_key(3)))
    assert named(harness) == [("accepted", ""), ("quarantined", "main/3")]
