"""Any bytes become events that can be stored, or are of no interest, or have a reason why they are unusable."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.reading import RECEIVED_AT, read_events, reason
from tests.support.receiver import AWALCHAT, COURIER, document
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName
from worker.domain.instants import DAY


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_json"),
        (b"[]", "not_an_object"),
        (b'"shipment.delivered"', "not_an_object"),
        (b"{}", "unknown_event"),
        (b"\xff\xfe{\x00}\x00", "bad_text"),
        (b"[" * 60_000, "too_deep"),
        (b'{"event":NaN}', "bad_number"),
        (b'{"event":1' + b"0" * 5000 + b"}", "bad_number"),
        (b'{"event":"order.shipped","event":"order.shipped"}', "duplicate_key"),
        (b'{"event":"order.shipped\\u0000"}', "bad_text"),
        (b'{"event":"order.shipped\\ud800"}', "bad_text"),
        (b'{"event":"order.shipped\xff"}', "bad_text"),
        (b'{"event":"order.shipped","data":{"order_id":"1\\ud800"}}', "bad_text"),
        (b'{"event":"order.shipped","data":{"order_id":1' + b"0" * 40 + b"}}", "bad_number"),
        (b'{"event":"order.shipped","data":{"order_id":1},"data":{"order_id":2}}', "duplicate_key"),
    ],
)
def test_a_document_whose_event_or_order_cannot_be_read_for_certain_is_unusable(body: bytes, why: str):
    assert reason(body) == why
    assert reason(body, AWALCHAT) == why


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


instants = st.datetimes(timezones=st.none() | st.timezones()).map(str)


documents = st.fixed_dictionaries(
    {"event": st.sampled_from(list(EventName)) | values, "data": values},
    optional={"id": values, "timestamp": values | instants},
)


shipments = st.fixed_dictionaries(
    {"event": st.sampled_from(list(EventName)), "timestamp": instants},
    optional={
        "id": values,
        "data": st.fixed_dictionaries(
            {"order_id": st.integers(1, 10**19)},
            optional=dict.fromkeys(("tracking_number", "tracking_url", "parcels", "note"), values),
        ),
    },
)


def read_if_usable(source: Source, body: bytes) -> tuple[Event, ...]:
    try:
        return read_events(source, body, RECEIVED_AT)
    except Unusable:
        return ()


@given(
    body=st.binary() | (documents | shipments).map(lambda document: json.dumps(document).encode()),
    zone=st.timezones(),
)
@example(body=document(timestamp="9999-12-31T23:59:59"), zone=ZoneInfo("America/Anchorage"))
@example(body=document(timestamp="0001-01-01T00:00:00"), zone=ZoneInfo("Asia/Tokyo"))
def test_any_bytes_are_events_that_can_be_stored_or_of_no_interest_or_unusable(body: bytes, zone: ZoneInfo):
    for source in (replace(COURIER, zone=zone), replace(AWALCHAT, zone=zone)):
        for event in read_if_usable(source, body):
            texts = (event.key, event.order.order_id, event.tracking, event.tracking_url, event.note)
            assert all(len(text) <= 500 and text.isprintable() for text in texts[:4])
            assert len(event.note) <= 200
            assert RECEIVED_AT - 30 * DAY <= event.occurred_at <= RECEIVED_AT
