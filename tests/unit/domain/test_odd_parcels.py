"""An order's notes get only numbers and URLs that are safe, whatever its events have; and no parcel is passed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.clock import START
from tests.support.events import an_event, recorded
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import HOUR
from worker.domain.tracking import is_tracking_number, parcel_form, parcel_without_number
from worker.domain.web_urls import shown_web_url

TEXTS = st.text(max_size=20) | st.sampled_from(["TRK1", "TRK 2", "<b>TRK3</b>", "=1+1", "pay at 1 Main Street"])
URLS = st.text(max_size=20) | st.sampled_from(
    ["", "https://t.example/1", "https://10.0.0.1/", "https://a:b@t.example/"]
)


@given(st.lists(st.tuples(TEXTS, URLS), min_size=1, max_size=5))
def test_notes_get_only_numbers_and_urls_that_can_be_shown(parcels: list[tuple[str, str]]):
    evidence = weigh(recorded(*(an_event("shipment.created", number, tracking_url=url) for number, url in parcels)))
    assert all(is_tracking_number(number) and url == shown_web_url(url) for number, url in evidence.tracking)
    assert evidence.parcels == max(1, len({form for number, _ in parcels if (form := parcel_form(number))}))


@pytest.mark.parametrize("odd", ["<b>2</b>", "=1+1", "call 055 12 34 now"])
def test_an_order_waits_for_a_parcel_whose_number_is_left_out(odd: str):
    other = parcel_without_number(odd)
    events = [
        an_event("shipment.picked_up", "TRK1"),
        an_event("shipment.picked_up", other),
        an_event("shipment.delivered", "TRK1", at=START + HOUR),
    ]
    evidence = weigh(recorded(*events))
    assert (evidence.target, evidence.missing, evidence.tracking) == ("shipped", (other,), (("TRK1", ""),))
    arrived = weigh(recorded(*events, an_event("shipment.delivered", other, at=START + 2 * HOUR)))
    assert arrived.target == "delivered"


def test_a_number_that_is_stored_as_it_was_sent_and_the_name_in_its_place_are_one_parcel():
    stored, left_out = "JX#0012345", parcel_without_number("jx#001-2345")
    events = [an_event("shipment.picked_up", stored), an_event("shipment.delivered", left_out, at=START + HOUR)]
    evidence = weigh(recorded(*events))
    assert (evidence.target, evidence.parcels, evidence.missing) == ("delivered", 1, ())
