"""What a courier's document says: every field has its rule."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.reading import RECEIVED, read, reason
from tests.support.receiver import COURIER, NOW, news
from webhook_receiver.profiles.engine import read_events
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey


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
