"""When news with the number of a closed order is about a parcel of another order."""

from dataclasses import replace

import pytest
from hypothesis import given

from tests.support.clock import START
from tests.support.decisions import shows
from tests.support.events import KEY, a_hint, an_event, event_lists, recorded
from worker.domain.events import EventName
from worker.domain.evidence.carriers import OF_A_PARCEL_UNDER_WAY
from worker.domain.evidence.reuse import (
    REUSED_AFTER,
    ClosedOrder,
    begins_after,
    had_ended_by,
    is_about_a_later_parcel,
    is_long_over,
)
from worker.domain.instants import DAY, HOUR
from worker.domain.orders import Order
from worker.domain.stages import Stage, TerminalStatus

ENDED = START + DAY
COMPLETED = Order(KEY, stage=Stage.COMPLETED, closed=Stage.COMPLETED, staged_at=ENDED)
OLD = ClosedOrder(COMPLETED, recorded(an_event("shipment.delivered", "TRK1")))
LATER = ENDED + REUSED_AFTER


def is_later(*events, closed=OLD):
    return is_about_a_later_parcel(recorded(*events), closed)


@pytest.mark.parametrize("name", sorted(OF_A_PARCEL_UNDER_WAY))
@pytest.mark.parametrize("number", ["TRK1", ""])
def test_a_parcel_that_is_under_way_a_month_after_the_end_is_another_one(name, number):
    assert not is_later(an_event(name, number, at=LATER - 1))
    assert is_later(an_event(name, number, at=LATER))


@pytest.mark.parametrize("at", [ENDED + 1, ENDED + DAY])
@pytest.mark.parametrize("name", ["shipment.created", "shipment.picked_up", "shipment.delivered"])
def test_a_parcel_that_the_order_does_not_have_is_another_one_after_its_end(name, at):
    assert is_later(an_event(name, "TRK2", at=at))
    assert not is_later(an_event(name, "trk-1", at=at))


def test_news_from_before_the_end_is_of_the_old_order():
    assert not is_later(an_event("shipment.created", "TRK2", at=ENDED))


def test_an_order_whose_parcels_nobody_knows_may_get_its_first_after_its_end():
    by_hand = ClosedOrder(COMPLETED, recorded(an_event("order.completed"), a_hint()))
    assert not is_later(an_event("shipment.picked_up", "TRK2", at=ENDED + DAY), closed=by_hand)
    assert is_later(an_event("shipment.picked_up", "TRK2", at=LATER), closed=by_hand)


@pytest.mark.parametrize("name", ["shipment.returned", "shipment.lost", "shipment.cancelled", "order.delivered"])
@pytest.mark.parametrize("number", ["TRK1", "TRK2"])
def test_a_late_return_is_that_of_the_old_parcel(name, number):
    assert not is_later(an_event(name, number, at=LATER + DAY))


def test_a_repetition_a_day_later_is_no_reuse():
    assert not is_later(an_event("shipment.delivered", "TRK1", at=ENDED + DAY))


def test_one_event_of_a_later_parcel_is_enough():
    assert is_later(an_event("shipment.delivered", "TRK1"), an_event("shipment.created", "TRK1", at=LATER))


@pytest.mark.parametrize("events", [(), recorded(a_hint())])
def test_no_news_is_later_than_an_order_of_whose_end_nothing_is_known(events):
    cancelled = ClosedOrder(Order(KEY, closed=TerminalStatus.CANCELLED), events)
    assert not is_later(an_event("shipment.picked_up", "TRK2", at=LATER), closed=cancelled)
    assert not is_long_over(recorded(an_event("shipment.returned", "TRK2", at=LATER)), cancelled)


def test_an_order_that_was_cancelled_long_after_it_was_placed_ended_when_a_read_showed_it():
    placed_long_ago = Order(KEY, closed=TerminalStatus.CANCELLED, staged_at=START, closed_at=LATER)
    news = an_event("shipment.picked_up", "TRK2", at=LATER)
    assert not is_later(news, closed=ClosedOrder(placed_long_ago, recorded(a_hint())))
    by_an_earlier_version = replace(placed_long_ago, closed_at=None, read_at=LATER)
    assert not is_later(news, closed=ClosedOrder(by_an_earlier_version, recorded(a_hint())))


@pytest.mark.parametrize("closed", [Stage.COMPLETED, TerminalStatus.CANCELLED, TerminalStatus.REFUNDED])
def test_a_read_of_an_order_that_had_ended_is_no_news_of_it(closed):
    order = Order(KEY, closed=closed, staged_at=START, closed_at=ENDED, read_at=LATER)
    assert is_later(an_event("shipment.picked_up", "TRK1", at=LATER + HOUR), closed=replace(OLD, order=order))


COMPLETED = Order(KEY, closed=Stage.COMPLETED)


@pytest.mark.parametrize(
    "order",
    [
        replace(COMPLETED, staged_at=ENDED),
        replace(COMPLETED, confirmed_at=ENDED),
        replace(COMPLETED, delivered_at=ENDED),
        replace(COMPLETED, closed_at=ENDED),
    ],
    ids=["staged_at", "confirmed_at", "delivered_at", "closed_at"],
)
def test_the_end_is_the_last_that_happened_to_the_order_except_hints(order):
    hinted = ClosedOrder(order, recorded(an_event("shipment.delivered", "TRK1"), a_hint(at=ENDED + 9 * DAY)))
    assert is_later(an_event("shipment.created", "TRK1", at=LATER), closed=hinted)
    news = ClosedOrder(order, recorded(an_event("shipment.delivered", "TRK1", at=ENDED + HOUR)))
    assert not is_later(an_event("shipment.created", "TRK1", at=LATER), closed=news)


def test_of_several_orders_one_that_ended_long_before_all_news_is_not_meant():
    returned = an_event("shipment.returned", "TRK1", at=LATER)
    assert is_long_over(recorded(returned), OLD)
    assert not is_long_over(recorded(returned, an_event("shipment.returned", "TRK1", at=LATER - 1)), OLD)


@given(event_lists(names=[EventName.HINT, *(name for name in EventName if name not in OF_A_PARCEL_UNDER_WAY)]))
def test_only_a_parcel_under_way_is_a_later_one(events):
    assert not is_later(*events)


def test_what_the_platform_shows_as_ended_a_month_before_is_not_meant():
    news = recorded(an_event("shipment.returned", at=LATER + DAY), an_event("shipment.created", at=LATER))
    assert begins_after(news) == ENDED
    assert begins_after(news[:1]) is None


@pytest.mark.parametrize(
    ("status", "as_of", "ended_by", "had_ended"),
    [
        ("completed", ENDED, ENDED, True),
        ("delivered", ENDED, ENDED, True),
        ("cancelled", ENDED, ENDED, True),
        ("completed", ENDED + 1, ENDED, False),
        ("completed", None, ENDED, False),
        ("completed", ENDED, None, False),
        ("shipped", ENDED, ENDED, False),
        ("on_hold", ENDED, ENDED, False),
    ],
)
def test_an_order_had_ended_if_its_answer_says_so(status, as_of, ended_by, had_ended):
    assert had_ended_by(shows(status, LATER, as_of=as_of), ended_by) is had_ended
