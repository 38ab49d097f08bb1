"""Where the time of an event is: in a field, in one of several, in parts, or in one that depends on the status."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.invented import ARRIVAL, RECEIVED_AT, delivery, event, flaws, profile, reading
from worker.domain.events import MAX_AGE
from worker.domain.instants import instant_of

ONE = profile(read='number = "ref"\ntime = "at"')
SEVERAL = profile(read='number = "ref"\ntime = ["scan.at", "sent.at"]')
PARTS = profile(read='number = "ref"\ntime_parts = ["date", "clock", "offset"]\ntimes = ["iso", "%d/%m/%Y %I:%M %p"]')
TIME_OF = """
[read.time_of]
D = ["delivered_at", "updated_at"]
P = "picked_at"
"""
BY_STATUS = profile(read='number = "ref"\ntime = "updated_at"', more=TIME_OF)
MISSING = "there is no time, so the arrival counts"
UNREADABLE = "the time cannot be read, so the arrival counts"
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def sent(**fields: object) -> dict[str, object]:
    return {"state": "D", "ref": "ORD-1"} | fields


def moment(chosen, **fields: object) -> datetime:
    """Return when the only event happened."""
    return datetime.fromtimestamp(event(chosen, sent(**fields)).occurred_at / 1_000_000, UTC)


def remarks(chosen, **fields: object) -> str:
    return delivery(chosen, sent(**fields)).detail


def test_the_time_of_an_event_is_read():
    assert moment(ONE, at="2026-11-27T12:00:00Z") == NOON
    assert remarks(ONE, at="2026-11-27T12:00:00Z") == ""


@pytest.mark.parametrize("fields", [{}, {"at": None}, {"at": ""}])
def test_without_a_time_the_arrival_counts_with_a_remark(fields: dict[str, object]):
    assert moment(ONE, **fields) == ARRIVAL
    assert remarks(ONE, **fields) == MISSING


@pytest.mark.parametrize("at", ["soon", 7, 0, False, [], {"a": 1}, "x" * 5000, 1.5, "2026-99-99"])
def test_an_unreadable_time_is_the_arrival_with_a_remark(at: object):
    assert moment(ONE, at=at) == ARRIVAL
    assert remarks(ONE, at=at) == UNREADABLE


def test_a_profile_without_a_time_says_the_same():
    assert moment(profile()) == ARRIVAL
    assert remarks(profile()) == MISSING


def test_a_time_is_within_the_month_before_the_arrival():
    assert event(ONE, sent(at="2020-01-01T00:00:00Z")).occurred_at == RECEIVED_AT - MAX_AGE
    assert event(ONE, sent(at="2030-01-01T00:00:00Z")).occurred_at == RECEIVED_AT
    time = reading(ONE, sent(at="2020-01-01T00:00:00Z")).time
    assert time
    assert time.instant == instant_of(datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("scan", [{}, {"at": None}, {"at": ""}, None, "x"])
def test_a_list_of_fields_falls_through_on_a_missing_one(scan: object):
    assert moment(SEVERAL, scan=scan, sent={"at": "2026-11-27T12:00:00Z"}) == NOON


@pytest.mark.parametrize("at", ["soon", 0, [], 1.5, False])
def test_a_list_of_fields_does_not_fall_through_on_an_unreadable_one(at: object):
    fields = {"scan": {"at": at}, "sent": {"at": "2026-11-27T12:00:00Z"}}
    assert moment(SEVERAL, **fields) == ARRIVAL
    assert remarks(SEVERAL, **fields) == UNREADABLE


@pytest.mark.parametrize(
    "fields",
    [
        {"date": "2026-11-27", "clock": "15:00:00", "offset": "+03:00"},
        {"date": "2026-11-27", "clock": "15:00", "offset": "+0300"},
        {"date": "2026-11-27", "clock": "12:00:00.000Z"},
        {"date": "2026-11-27T15:00:00", "clock": None, "offset": "+03:00"},
        {"date": "27/11/2026", "clock": "12:00", "offset": "PM"},
    ],
)
def test_parts_in_several_fields_are_joined(fields: dict[str, object]):
    assert moment(PARTS, **fields) == NOON
    assert remarks(PARTS, **fields) == ""


def test_an_offset_that_is_missing_leaves_the_local_time():
    chosen = PARTS
    at = event(chosen, sent(date="2026-11-27", clock="15:00:00"), zone=ZoneInfo("Asia/Riyadh")).occurred_at
    assert at == instant_of(NOON)


@pytest.mark.parametrize(
    ("fields", "remark"),
    [
        ({}, MISSING),
        ({"date": "", "clock": None}, MISSING),
        ({"clock": "15:00"}, UNREADABLE),
        ({"date": "soon", "clock": "15:00"}, UNREADABLE),
        ({"date": {}, "clock": "15:00"}, UNREADABLE),
        ({"date": "2026-11-27", "clock": "25:00"}, UNREADABLE),
    ],
)
def test_parts_that_are_missing_or_odd_have_a_remark(fields: dict[str, object], remark: str):
    assert moment(PARTS, **fields) == ARRIVAL
    assert remarks(PARTS, **fields) == remark


def test_the_profiles_zone_goes_before_the_sources():
    at = "2026-11-27T15:00:00"
    source = {"zone": ZoneInfo("Asia/Riyadh")}
    read = 'number = "ref"\ntime = "at"'
    assert event(ONE, sent(at=at), **source).occurred_at == instant_of(NOON)
    with_zone = profile(top='zone = "Asia/Jakarta"', read=read)
    assert event(with_zone, sent(at=at), **source).occurred_at == instant_of(NOON - timedelta(hours=4))
    assert event(with_zone, sent(at=at + "+03:00"), **source).occurred_at == instant_of(NOON)


def test_the_time_of_a_status_is_in_its_own_fields():
    fields = {"picked_at": "2026-11-20T12:00:00Z", "updated_at": "2026-11-21T12:00:00Z"}
    fields |= {"delivered_at": "2026-11-27T12:00:00Z"}
    assert moment(BY_STATUS, **fields) == NOON
    assert moment(BY_STATUS, state="P", **fields) == NOON - timedelta(days=7)
    assert moment(BY_STATUS, state="T", **fields) == NOON - timedelta(days=6)


def test_only_the_fields_of_the_status_count():
    assert moment(BY_STATUS, updated_at="2026-11-27T12:00:00Z", delivered_at=None) == NOON
    assert moment(BY_STATUS, state="P", updated_at="2026-11-27T12:00:00Z") == ARRIVAL
    assert remarks(BY_STATUS, state="P", updated_at="2026-11-27T12:00:00Z") == MISSING


def test_the_fields_of_a_status_go_before_the_parts_of_the_time():
    chosen = profile(read='number = "ref"\ntime_parts = ["date"]', more='[read.time_of]\nD = "at"')
    fields = {"date": "2026-11-26T12:00:00Z", "at": "2026-11-27T12:00:00Z"}
    assert moment(chosen, **fields) == NOON
    assert moment(chosen, state="T", **fields) == NOON - timedelta(days=1)


def test_a_status_is_compared_with_its_time_as_with_its_row():
    status = 'from = "state"\nfold = true\nrows = [["out for delivery", "out_for_delivery"], ["done", "delivered"]]'
    chosen = profile(status=status, more='[read.time_of]\n"out for delivery" = "out_at"')
    fields = {"state": "OUT_FOR-DELIVERY", "out_at": "2026-11-27T12:00:00Z"}
    assert moment(chosen, **fields) == NOON


def test_a_missing_status_may_have_a_time_of_its_own():
    status = 'from = "state"\nrows = [["", "delivered"]]'
    chosen = profile(status=status, more='[read.time_of]\n"" = "at"')
    assert moment(chosen, state=None, at="2026-11-27T12:00:00Z") == NOON


def test_a_status_that_is_a_beginning_can_have_no_time_of_its_own():
    status = 'from = "state"\nrows = [["D*", "delivered"]]'
    (flaw,) = flaws(status=status, more='[read.time_of]\n"D*" = "at"')
    assert flaw == "read.time_of.D* must be a whole text, because a beginning has no time of its own"


def test_a_status_without_a_text_has_the_time_of_no_status():
    result = delivery(BY_STATUS, sent(state=1.5, updated_at="2026-11-27T12:00:00Z"))
    assert result.unusable == "unknown_event"
