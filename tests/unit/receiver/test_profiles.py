"""The fields of a courier's document, and the rule of each."""

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.reading import RECEIVED_AT, read, read_events, reason
from tests.support.receiver import COURIER, NOW_SECONDS, document
from webhook_receiver.profiles.engine.optional import NO_NUMBER
from webhook_receiver.profiles.formats import format_of
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName, fingerprint
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey
from worker.domain.tracking import parcel_without_number


def test_a_full_document_becomes_one_event():
    body = document(order_id="12", tracking_url="https://t.example/TRK1", parcels=2, note="left with a\nneighbour")
    assert read(body) == Event(
        source="courier",
        key="evt_1",
        order=OrderKey("main", "12"),
        name=EventName.DELIVERED,
        occurred_at=NOW_SECONDS * 1_000_000,
        received_at=RECEIVED_AT,
        tracking="TRK1",
        tracking_url="https://t.example/TRK1",
        parcels=2,
        note="left with a neighbour",
    )


@pytest.mark.parametrize("name", [name for name in EventName if name is not EventName.HINT])
def test_every_event_of_the_open_format_is_understood(name: EventName):
    assert read(document(name.value)).name is name


@pytest.mark.parametrize("event", ["hint", "order.cancelled", "shipment.Delivered", "", None, 5, ["order.shipped"]])
def test_any_other_event_is_unknown(event: Any):
    assert reason(document(event=event)) == "unknown_event"


def test_a_source_that_may_send_shipment_events_only_cannot_send_order_events():
    source = replace(COURIER, allow=frozenset({"shipment"}))
    assert reason(document("order.completed"), source) == "not_allowed"
    assert read(document("shipment.delivered"), source).name is EventName.DELIVERED


@pytest.mark.parametrize(("given", "key"), [("evt 1", "evt 1"), (17, "17"), ("ü" * 150, "ü" * 150)])
def test_an_id_is_the_key(given: object, key: str):
    assert read(document(id=given)).key == key


@pytest.mark.parametrize("given", [True, 1.5, [], {}, "x" * 151, "a\tb", "a\u202eb"])
def test_a_malformed_id_is_unusable(given: object):
    assert reason(document(id=given)) == "bad_id"


def test_without_an_id_the_same_event_has_the_same_key_and_a_different_event_a_different_key():
    first = document(id=None)
    others = [
        document(id=None, order_id=2),
        document(id=None, tracking_number="TRK2"),
        document("shipment.lost", id=None),
        document(id=None, timestamp="2024-01-25T14:30:01Z"),
    ]
    assert read(first).key == read(document(id="", note="sent again")).key
    assert len({read(body).key for body in [first, *others]}) == 5
    assert len(read(first).key) <= 200


def test_the_key_of_an_event_without_an_id_has_the_number_as_it_was_sent_so_an_update_changes_no_key():
    body = document(id=None, tracking_number=" JX#0012345")
    order, timestamp = OrderKey("main", "1"), json.loads(body)["timestamp"]
    assert read(body).key == fingerprint(order, "JX#0012345", "shipment.delivered", timestamp)


def test_without_id_and_timestamp_there_is_no_key():
    assert reason(document(id=None, timestamp=None)) == "no_key"


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        ("2024-01-25T14:30:00+00:00", 0),
        ("2024-01-25T17:30:00+03:00", 0),
        ("2024-01-25t14:30:00z", 0),
        ("2024-01-25 14:29:59.5Z", -0.5),
        ("2024-01-25T17:29:00", -60),  # no offset: the source's zone
        ("2024-01-25 17:29:00 +0300", -60),
        ("2024-01-25T14:29:60Z", 0),  # a leap second
        (1706193000, 0),
        ("1706193000", 0),
        (1706192999.5, -1),  # whole seconds
        (1706192940000, -60),
        (" 1706192940000 ", -60),
        (1706192940000.0, -60),
        ("Thu, 25 Jan 2024 14:30:00 GMT", 0),
        ("Thu, 25 Jan 2024 17:29:00 +0300", -60),
        ("25 Jan 2024 14:29 -0000", -60),
        ("25 Jan 2024 14:28:60 +0000", -60),
        ("25 Jan 2024 17:29:00", -60),
    ],
)
def test_a_timestamp_is_an_instant(timestamp: object, seconds: float):
    source = replace(COURIER, zone=ZoneInfo("Asia/Riyadh"))
    assert read(document(timestamp=timestamp), source).occurred_at == int((NOW_SECONDS + seconds) * 1_000_000)


UNREADABLE = "the time cannot be read, so the arrival counts"


@pytest.mark.parametrize(
    "timestamp",
    [
        *["yesterday", True, [], {"at": 1}, "2024-13-01T00:00:00Z", "٢٠٢٤-01-25", "T", "9" * 999, "9" * 60_000],
        *["0000-00-00", "0000-00-00 00:00:00", 0, -1, 20240125, "20240125", 1706193, 1706193000000000],
        *["Thu, 32 Jan 2024 14:30:00 GMT", "25 Foo 2024 14:30:00 +0000", "2024-01-25T25:00:00Z"],
    ],
)
def test_with_an_unreadable_timestamp_the_arrival_counts_and_the_delivery_says_so(timestamp: object):
    delivery = format_of(COURIER).read(document(timestamp=timestamp), RECEIVED_AT)
    assert [event.occurred_at for event in delivery.events] == [RECEIVED_AT]
    assert (delivery.unusable, delivery.detail) == (None, UNREADABLE)


@pytest.mark.parametrize("timestamp", [b"NaN", b'"2024\\ud800"', b'"2024-01-25T14:30:00Z","timestamp":1', b"9" * 5000])
def test_a_flawed_timestamp_counts_for_nothing_and_is_no_key(timestamp: bytes):
    body = document(timestamp="?").replace(b'"?"', timestamp)
    assert read(body).occurred_at == RECEIVED_AT
    assert reason(body.replace(b"evt_1", b"")) in {"bad_number", "bad_text", "duplicate_key"}


@pytest.mark.parametrize("timestamp", ["yesterday", 0, "0000-00-00", True, []])
def test_without_an_id_a_timestamp_that_says_no_time_is_no_key(timestamp: object):
    assert reason(document(id=None, timestamp=timestamp)) == "no_key"


def test_without_an_id_the_text_of_an_unreadable_timestamp_still_tells_events_apart():
    first, other = (document(id=None, timestamp=text) for text in ("25/01/2024 14:30", "25/01/2024 14:31"))
    assert len({read(body).key for body in (first, first, other)}) == 2


@pytest.mark.parametrize(
    ("timestamp", "occurred_at"),
    [
        (None, RECEIVED_AT),
        ("2099-01-01T00:00:00Z", RECEIVED_AT),
        ("9999-12-31T23:59:59-23:59", RECEIVED_AT),
        ("2001-01-01T00:00:00Z", RECEIVED_AT - 30 * DAY),
        ("0001-01-01T00:00:00", RECEIVED_AT - 30 * DAY),
    ],
)
def test_the_time_of_an_event_is_clamped_to_the_thirty_days_before_it_was_received(
    timestamp: str | None, occurred_at: int
):
    source = replace(COURIER, zone=ZoneInfo("Asia/Riyadh"))
    assert read(document(timestamp=timestamp), source).occurred_at == occurred_at


@pytest.mark.parametrize(("given", "tracking"), [(None, ""), ("", ""), ("  TRK\x071 ", "TRK 1"), (99, "99")])
def test_a_tracking_number_is_cleaned(given: object, tracking: str):
    assert read(document(tracking_number=given)).tracking == tracking


@pytest.mark.parametrize("given", ["<b>TRK1</b>", "=1+1", "TRK#1", "pay at 12 Main Street", "-"])
def test_a_tracking_number_that_is_no_code_is_left_out_and_the_delivery_says_so(given: str):
    delivery = format_of(COURIER).read(document(tracking_number=given), RECEIVED_AT)
    assert [event.tracking for event in delivery.events] == [parcel_without_number(given)]
    assert delivery.detail == NO_NUMBER


@pytest.mark.parametrize("given", ["<b>TRK1</b>", "=1+1", "TRK#1", "pay at 12 Main Street"])
def test_a_tracking_number_that_is_no_code_finds_no_order(given: str):
    assert reason(document(order_id=None, tracking_number=given)) == "bad_tracking"


def test_a_tracking_url_may_have_only_the_hosts_that_the_source_lists():
    source = replace(COURIER, tracking_hosts=frozenset({"track.example"}))
    assert read(document(tracking_url="https://eu.track.example/1"), source).tracking_url
    delivery = format_of(source).read(document(tracking_url="https://track.example.evil.example/1"), RECEIVED_AT)
    assert [event.tracking_url for event in delivery.events] == [""]
    assert delivery.detail == (
        "the tracking URL is left out: it has a host that the source's tracking_hosts do not list"
    )


@pytest.mark.parametrize("given", ["x" * 65, [], True, 1.5, "\x07", " "])
def test_a_malformed_tracking_number_is_unusable(given: object):
    assert reason(document(tracking_number=given)) == "bad_tracking"


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
def test_a_malformed_tracking_url_is_left_out_and_the_delivery_says_so(url: object):
    delivery = format_of(COURIER).read(document(tracking_url=url), RECEIVED_AT)
    assert [event.tracking_url for event in delivery.events] == [""]
    assert delivery.detail == "the tracking URL is left out: it is no URL of http or https"


@pytest.mark.parametrize("count", [1001, True, "two", 1.5, [1], "9" * 40])
def test_a_count_of_parcels_that_may_be_several_and_cannot_be_read_is_unusable(count: object):
    assert reason(document(parcels=count)) == "bad_parcels"


@pytest.mark.parametrize(("count", "parcels"), [("2", 2), (1.0, 1), ("", None), (0, None), (-1, None), ([], None)])
def test_a_count_of_parcels_may_be_a_text_and_says_nothing_below_one(count: object, parcels: int | None):
    assert read(document(parcels=count)).parcels == parcels


def test_a_note_has_at_most_two_hundred_characters_and_must_be_text():
    assert len(read(document(note="x" * 5000)).note) == 200
    assert read(document(note={"text": "x"})).note == ""


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (document(None), "the event has no name"),
        (document("shipment.\x1bvanished"), "shipment. vanished"),
        (document(id=None, timestamp=None), "neither id nor timestamp"),
    ],
)
def test_an_unusable_document_has_a_detail_beside_its_reason(body: bytes, detail: str):
    with pytest.raises(Unusable) as caught:
        read_events(COURIER, body, RECEIVED_AT)
    assert caught.value.detail == detail


def test_the_detail_names_an_event_that_is_not_allowed():
    shipments = replace(COURIER, allow=frozenset({"shipment"}))
    with pytest.raises(Unusable) as caught:
        read_events(shipments, document("order.accepted"), RECEIVED_AT)
    assert (caught.value.reason, caught.value.detail) == ("not_allowed", "order.accepted")


def test_a_computed_key_differs_from_a_senders_id():
    assert read(document(id=None)).key.startswith("event-")


@pytest.mark.parametrize("parcels", [1, 2, 1000])
def test_one_to_a_thousand_parcels_may_be_announced(parcels: int):
    assert read(document(parcels=parcels)).parcels == parcels


def test_an_instant_is_a_whole_number_of_microseconds():
    event = read(document(timestamp="2024-01-25T14:29:59.000001Z"))
    assert (type(event.occurred_at), event.occurred_at % 1_000_000) == (int, 1)


@pytest.mark.parametrize("body", [document(), b"{"])
def test_a_delivery_has_its_source_its_arrival_and_its_very_bytes(body: bytes):
    delivery = format_of(COURIER).read(body, RECEIVED_AT)
    assert (delivery.source, delivery.received_at, delivery.body) == ("courier", RECEIVED_AT, body)
