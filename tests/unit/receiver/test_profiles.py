"""What a document says: every field's rule, for both profiles, and no bytes that end in anything else."""

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.front_door import AWALCHAT, COURIER, NOW, news
from webhook_receiver.profiles.engine import read_events
from webhook_receiver.sources import Source
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey

RECEIVED = NOW * 1_000_000 + 5


def read(body: bytes, source: Source = COURIER) -> Event:
    (event,) = read_events(source, body, RECEIVED)
    return event


def reason(body: bytes, source: Source = COURIER) -> str:
    with pytest.raises(Unusable) as caught:
        read_events(source, body, RECEIVED)
    return caught.value.reason


def hint(event: str = "order.updated", **members: object) -> bytes:
    return json.dumps({"event": event, "timestamp": "2024-01-25T14:30:00Z", "data": {"order_id": 7}} | members).encode()


# ------------------------------------------------------------------------------------------------------------ courier


def test_a_full_document_becomes_one_event():
    body = news(order_id="12", tracking_url="https://t.example/TRK1", parcels=2, note="left with a\nneighbour")
    assert read(body) == Event(
        source="courier",
        key="evt_1",
        order=OrderKey("main", "12"),
        name=EventName.DELIVERED,
        occurred_at=NOW * 1_000_000,
        received_at=RECEIVED,
        tracking="TRK1",
        tracking_url="https://t.example/TRK1",
        parcels=2,
        note="left with a neighbour",
    )


@pytest.mark.parametrize("name", [name for name in EventName if name is not EventName.HINT])
def test_every_event_of_our_format_is_understood(name: EventName):
    assert read(news(name.value)).name is name


@pytest.mark.parametrize("event", ["hint", "order.cancelled", "shipment.Delivered", "", None, 5, ["order.shipped"]])
def test_any_other_event_is_unknown(event: Any):
    assert reason(news(event=event)) == "unknown_event"


def test_a_courier_that_may_only_speak_of_shipments_moves_no_order_itself():
    source = replace(COURIER, allow=frozenset({"shipment"}))
    assert reason(news("order.completed"), source) == "not_allowed"
    assert read(news("shipment.delivered"), source).name is EventName.DELIVERED


@pytest.mark.parametrize(
    ("order_id", "why"),
    [
        (None, "no_order"),
        ("", "no_order"),
        (0, "bad_order_id"),
        (True, "bad_order_id"),
        (1.0, "bad_order_id"),
        ("../1", "bad_order_id"),
        ([1], "bad_order_id"),
        (-1, "bad_order_id"),
        ("1" * 20, "bad_order_id"),
    ],
)
def test_an_order_that_cannot_be_read_is_named_so(order_id: object, why: str):
    assert reason(news(order_id=order_id)) == why


def test_data_that_is_no_object_holds_no_order():
    assert reason(b'{"id":"1","event":"order.shipped","data":[1]}') == "no_order"


@pytest.mark.parametrize(("given", "key"), [("evt 1", "evt 1"), (17, "17"), ("ü" * 150, "ü" * 150)])
def test_an_id_is_the_key(given: object, key: str):
    assert read(news(id=given)).key == key


@pytest.mark.parametrize("given", [True, 1.5, [], {}, "x" * 151, "a\tb", "a\u202eb"])
def test_an_id_that_is_no_text_is_unusable(given: object):
    assert reason(news(id=given)) == "bad_id"


def test_without_an_id_the_same_news_has_the_same_key_and_other_news_another():
    first = news(id=None)
    others = [
        news(id=None, order_id=2),
        news(id=None, tracking_number="TRK2"),
        news("shipment.lost", id=None),
        news(id=None, timestamp="2024-01-25T14:30:01Z"),
    ]
    assert read(first).key == read(news(id="", note="said again")).key
    assert len({read(body).key for body in [first, *others]}) == 5
    assert len(read(first).key) <= 200


def test_without_id_and_timestamp_there_is_no_key():
    assert reason(news(id=None, timestamp=None)) == "no_key"


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("2024-01-25T14:30:00+00:00", 0),
        ("2024-01-25T17:30:00+03:00", 0),
        ("2024-01-25t14:30:00z", 0),
        ("2024-01-25 14:29:59.5Z", -0.5),
        ("2024-01-25T17:29:00", -60),  # no offset: the source's zone
    ],
)
def test_a_timestamp_is_an_instant(stamp: str, seconds: float):
    source = replace(COURIER, zone=ZoneInfo("Asia/Riyadh"))
    assert read(news(timestamp=stamp), source).occurred_at == int((NOW + seconds) * 1_000_000)


@pytest.mark.parametrize(
    "stamp", ["yesterday", 1706193000, True, [], "2024-13-01T00:00:00Z", "٢٠٢٤-01-25", "T", "9" * 999]
)
def test_a_timestamp_that_is_none_is_unusable(stamp: object):
    assert reason(news(timestamp=stamp)) == "bad_timestamp"


@pytest.mark.parametrize(
    ("stamp", "occurred_at"),
    [
        (None, RECEIVED),
        ("2099-01-01T00:00:00Z", RECEIVED),
        ("9999-12-31T23:59:59-23:59", RECEIVED),
        ("2001-01-01T00:00:00Z", RECEIVED - 30 * DAY),
        ("0001-01-01T00:00:00", RECEIVED - 30 * DAY),
    ],
)
def test_what_happened_is_clamped_to_the_thirty_days_before_its_arrival(stamp: str | None, occurred_at: int):
    source = replace(COURIER, zone=ZoneInfo("Asia/Riyadh"))
    assert read(news(timestamp=stamp), source).occurred_at == occurred_at


@pytest.mark.parametrize(("given", "tracking"), [(None, ""), ("", ""), ("  TRK\x071 ", "TRK 1"), (99, "99")])
def test_a_tracking_number_is_cleaned(given: object, tracking: str):
    assert read(news(tracking_number=given)).tracking == tracking


@pytest.mark.parametrize("given", ["x" * 65, [], True, 1.5, "\x07", " "])
def test_a_tracking_number_that_is_none_is_unusable(given: object):
    assert reason(news(tracking_number=given)) == "bad_tracking"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://x/",
        "//x",
        "https://",
        "https://a b",
        "https://x/\x1b[1m",
        "https://" + "x" * 500,
        5,
    ],
)
def test_a_tracking_url_that_is_none_is_left_out_and_the_news_still_counts(url: object):
    assert read(news(tracking_url=url)).tracking_url == ""


@pytest.mark.parametrize("count", [0, -1, 1001, True, "2", 1.0, [1]])
def test_a_count_of_parcels_that_is_none_is_unusable(count: object):
    assert reason(news(parcels=count)) == "bad_parcels"


def test_a_note_is_cut_to_size_and_anything_else_is_none():
    assert len(read(news(note="x" * 5000)).note) == 200
    assert read(news(note={"text": "x"})).note == ""


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (news(None), "the event has no name"),
        (news("shipment.\x1bvanished"), "shipment. vanished"),
        (news(id=None, timestamp=None), "neither id nor timestamp"),
    ],
)
def test_what_cannot_be_used_says_more_than_a_word_where_there_is_more_to_say(body: bytes, detail: str):
    with pytest.raises(Unusable) as caught:
        read_events(COURIER, body, RECEIVED)
    assert caught.value.detail == detail


def test_what_is_not_allowed_is_named():
    shipments = replace(COURIER, allow=frozenset({"shipment"}))
    with pytest.raises(Unusable) as caught:
        read_events(shipments, news("order.accepted"), RECEIVED)
    assert (caught.value.reason, caught.value.detail) == ("not_allowed", "order.accepted")


def test_a_key_of_ours_can_be_told_from_a_senders():
    assert read(news(id=None)).key.startswith("news-")


@pytest.mark.parametrize("parcels", [1, 2, 1000])
def test_one_to_a_thousand_parcels_may_be_announced(parcels: int):
    assert read(news(parcels=parcels)).parcels == parcels


def test_a_number_that_looks_like_a_date_is_no_timestamp():
    assert reason(news(timestamp=20240125)) == "bad_timestamp"


def test_an_instant_is_a_whole_number_of_microseconds():
    event = read(news(timestamp="2024-01-25T14:29:59.000001Z"))
    assert (type(event.occurred_at), event.occurred_at % 1_000_000) == (int, 1)


# ----------------------------------------------------------------------------------------------------------- awalchat


@pytest.mark.parametrize("data", [{"order_id": 7}, {"id": 7}, {"order_id": "7"}, {"order_id": {"x": 1}, "id": 7}])
def test_any_order_event_is_a_hint_for_its_order(data: dict[str, object]):
    event = read(hint("order.anything_at_all", data=data), AWALCHAT)
    assert (event.order, event.name) == (OrderKey("main", "7"), EventName.HINT)


def test_nothing_else_in_a_platform_event_is_trusted():
    members = {"order_id": 7, "tracking_number": ["x"], "parcels": "many", "status": "completed", "note": 5}
    event = read(hint("order.completed", timestamp=12.5, data=members), AWALCHAT)
    assert event == Event("awalchat", event.key, OrderKey("main", "7"), EventName.HINT, RECEIVED, RECEIVED)


@pytest.mark.parametrize("event", ["message.received", "order", "orders.updated", "contact.created"])
def test_what_is_not_about_orders_is_of_no_interest(event: str):
    assert read_events(AWALCHAT, hint(event), RECEIVED) == ()


def test_hints_differ_by_order_event_and_timestamp_or_by_their_id():
    bodies = [
        hint(),
        hint(timestamp="2024-01-25T14:30:01Z"),
        hint(timestamp=None),
        hint("order.created"),
        hint(data={"id": 8}),
        hint(id="a"),
        hint(id="b", timestamp=None),
    ]
    assert len({read(body, AWALCHAT).key for body in bodies}) == len(bodies)
    assert read(hint(), AWALCHAT).key == read(hint(extra=1), AWALCHAT).key
    assert read(hint(id="a"), AWALCHAT).key == "a"


@pytest.mark.parametrize(("data", "why"), [({}, "no_order"), (None, "no_order"), ({"id": "x"}, "bad_order_id")])
def test_an_order_event_without_an_order_is_unusable(data: object, why: str):
    assert reason(hint(data=data), AWALCHAT) == why


# ---------------------------------------------------------------------------------------------------------- any bytes


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not_json"),
        (b"[]", "not_an_object"),
        (b'"shipment.delivered"', "not_an_object"),
        (b"{}", "unknown_event"),
        (b"\xff\xfe{\x00}\x00", "bad_text"),
        (b"[" * 60_000, "too_deep"),
        (b'{"a":NaN}', "bad_number"),
        (b'{"a":1' + b"0" * 5000 + b"}", "bad_number"),
        (b'{"event":"order.shipped","event":"order.shipped"}', "duplicate_key"),
        (b'{"note":"\\u0000"}', "bad_text"),
        (b'{"note":"\\ud800"}', "bad_text"),
    ],
)
def test_a_document_that_cannot_be_stored_is_unusable(body: bytes, why: str):
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
        return read_events(source, body, RECEIVED)
    except Unusable:
        return ()


@given(
    body=st.binary() | (documents | shipments).map(lambda document: json.dumps(document).encode()),
    zone=st.timezones(),
)
@example(body=news(timestamp="9999-12-31T23:59:59"), zone=ZoneInfo("America/Anchorage"))
@example(body=news(timestamp="0001-01-01T00:00:00"), zone=ZoneInfo("Asia/Tokyo"))
def test_any_bytes_end_in_events_that_can_be_stored_in_no_interest_or_in_a_reason(body: bytes, zone: ZoneInfo):
    for source in (replace(COURIER, zone=zone), replace(AWALCHAT, zone=zone)):
        for event in read_if_usable(source, body):
            texts = (event.key, event.order.order_id, event.tracking, event.tracking_url, event.note)
            assert all(len(text) <= 500 and text.isprintable() for text in texts[:4])
            assert len(event.note) <= 200
            assert RECEIVED - 30 * DAY <= event.occurred_at <= RECEIVED
