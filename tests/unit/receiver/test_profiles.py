"""The fields of a courier's document, and the rule of each."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.reading import RECEIVED_AT, read, read_events, reason
from tests.support.receiver import COURIER, NOW_SECONDS, document
from webhook_receiver.formats import format_of
from worker.domain.errors import Unusable
from worker.domain.events import Event, EventName
from worker.domain.instants import DAY
from worker.domain.orders import OrderKey


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
    ],
)
def test_a_timestamp_is_an_instant(timestamp: str, seconds: float):
    source = replace(COURIER, zone=ZoneInfo("Asia/Riyadh"))
    assert read(document(timestamp=timestamp), source).occurred_at == int((NOW_SECONDS + seconds) * 1_000_000)


@pytest.mark.parametrize(
    "timestamp", ["yesterday", 1706193000, True, [], "2024-13-01T00:00:00Z", "٢٠٢٤-01-25", "T", "9" * 999]
)
def test_a_malformed_timestamp_is_unusable(timestamp: object):
    assert reason(document(timestamp=timestamp)) == "bad_timestamp"


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
def test_a_malformed_tracking_url_is_left_out_and_the_event_counts(url: object):
    assert read(document(tracking_url=url)).tracking_url == ""


@pytest.mark.parametrize("count", [0, -1, 1001, True, "2", 1.0, [1]])
def test_a_malformed_count_of_parcels_is_unusable(count: object):
    assert reason(document(parcels=count)) == "bad_parcels"


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


def test_a_number_that_looks_like_a_date_is_no_timestamp():
    assert reason(document(timestamp=20240125)) == "bad_timestamp"


def test_an_instant_is_a_whole_number_of_microseconds():
    event = read(document(timestamp="2024-01-25T14:29:59.000001Z"))
    assert (type(event.occurred_at), event.occurred_at % 1_000_000) == (int, 1)


@pytest.mark.parametrize("body", [document(), b"{"])
def test_a_delivery_has_its_source_its_arrival_and_its_very_bytes(body: bytes):
    delivery = format_of(COURIER).read(body, RECEIVED_AT)
    assert (delivery.source, delivery.received_at, delivery.body) == ("courier", RECEIVED_AT, body)
