"""The formats of times: each one reads its texts as an instant, and no others."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support.invented import flaws
from webhook_receiver.profiles.engine.times import MAX_LENGTH, TimeFormats, TimeReading, parser_of, time_text
from webhook_receiver.profiles.engine.values import NoText
from worker.domain.instants import instant_of

RIYADH, BERLIN = ZoneInfo("Asia/Riyadh"), ZoneInfo("Europe/Berlin")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(text: str, *formats: str, zone: ZoneInfo = RIYADH) -> datetime | None:
    """Return the moment in *text*, in UTC; None when it cannot be read."""
    reading = TimeFormats(formats or ("iso",), zone).read(text)
    assert reading.text == text
    return None if reading.instant is None else EPOCH + timedelta(microseconds=reading.instant)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-27T20:00:00Z", "2026-11-27 20:00:00"),
        ("2026-11-27t20:00:00z", "2026-11-27 20:00:00"),
        ("2026-11-27 20:00:00Z", "2026-11-27 20:00:00"),
        ("2026-11-27T20:00:00+03:00", "2026-11-27 17:00:00"),
        ("2026-11-27T20:00:00-0330", "2026-11-27 23:30:00"),
        ("2026-11-27 20:00:00 +0300", "2026-11-27 17:00:00"),
        ("2026-11-27 20:00:00 +03:00", "2026-11-27 17:00:00"),
        ("2026-11-27 20:00:00.250 +0300", "2026-11-27 17:00:00.250"),
        ("2026-11-27T20:00:00  -03:00", "2026-11-27 23:00:00"),
        ("2026-11-27T20:00:00Z".center(MAX_LENGTH), "2026-11-27 20:00:00"),
        ("2026-11-27T20:00:00.123456Z", "2026-11-27 20:00:00.123456"),
        ("2026-11-27T20:00:00.123Z", "2026-11-27 20:00:00.123"),
        ("2026-11-27T20:00:00.1234567Z", "2026-11-27 20:00:00.123456"),
        ("2026-11-27T20:00:00.5+0300", "2026-11-27 17:00:00.5"),
        ("2026-11-27T20:00", "2026-11-27 17:00:00"),
        ("2026-11-27 20:00:00", "2026-11-27 17:00:00"),
        ("2026-11-27", "2026-11-26 21:00:00"),
        (" 2026-11-27T20:00:00Z ", "2026-11-27 20:00:00"),
        ("20261127T200000Z", "2026-11-27 20:00:00"),
    ],
)
def test_iso_is_iso_8601_with_some_liberties(text: str, moment: str):
    assert read(text) == utc(moment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "27/11/2026",
        "2026-13-01T00:00:00Z",
        "2026-02-30",
        "2026-11-27T25:00:00Z",
        "1795816800",
        "1795816800000",
        "1712041500000",
        "20:00:00",
        "2026-11-27T20:00:00Z" + " " * MAX_LENGTH,
        "2026-11-27T20:00:00+99:00",
        "٢٠٢٦-٢٢-٢٧",
    ],
)
def test_anything_else_is_no_iso_time(text: str):
    assert read(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar_are_no_error(text: str):
    assert TimeFormats(("iso",), RIYADH).read(text).format_number == 1


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1795816800", "2026-11-27 22:00:00"),
        ("1795816800.9", "2026-11-27 22:00:00"),
        ("100000000", "1973-03-03 09:46:40"),
        ("99999999999", "5138-11-16 09:46:39"),
    ],
)
def test_unix_is_seconds_in_nine_to_eleven_digits(text: str, moment: str):
    assert read(text, "unix") == utc(moment)
    assert read(text, "unix_ms") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1795816800123", "2026-11-27 22:00:00.123"),
        ("1795816800123.75", "2026-11-27 22:00:00.123"),
        ("100000000000", "1973-03-03 09:46:40"),
        ("99999999999999", "5138-11-16 09:46:39.999"),
    ],
)
def test_unix_ms_is_milliseconds_in_twelve_to_fourteen_digits(text: str, moment: str):
    assert read(text, "unix_ms") == utc(moment)
    assert read(text, "unix") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "12345678",
        "999999999999999",
        "-1795816800",
        "+1795816800",
        " 1795816800",
        "1795816800.",
        "1.8e9",
        "٣" * 10,
    ],
)
def test_other_numbers_are_no_unix_time(text: str):
    assert read(text, "unix", "unix_ms") is None


@pytest.mark.parametrize(
    ("form", "text", "moment"),
    [
        ("%d/%m/%Y %H:%M", "27/11/2026 20:05", "2026-11-27 17:05:00"),
        ("%d-%m-%Y %I:%M:%S %p", "27-11-2026 03:04:05 PM", "2026-11-27 12:04:05"),
        ("%d-%m-%Y %I:%M:%S %p", "27-11-2026 12:04:05 am", "2026-11-26 21:04:05"),
        ("%d %b %Y, %H:%M", "27 Nov 2026, 20:05", "2026-11-27 17:05:00"),
        ("%B %d, %Y %H:%M", "November 27, 2026 20:05", "2026-11-27 17:05:00"),
        ("%a, %d %b %Y %H:%M:%S %z", "Fri, 27 Nov 2026 20:05:00 +0100", "2026-11-27 19:05:00"),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-27 20:05:00+01:00", "2026-11-27 19:05:00"),
        ("%Y-%m-%d %H:%M:%S%z", "2026-11-27 20:05:00Z", "2026-11-27 20:05:00"),
        ("%Y%m%d%H%M%S", "20261127200500", "2026-11-27 17:05:00"),
        ("%d.%m.%y %H Uhr %M", "27.11.26 20 Uhr 05", "2026-11-27 17:05:00"),
        ("%Y-%m-%d %H:%M:%S.%f", "2026-11-27 20:05:00.25", "2026-11-27 17:05:00.250"),
        ("التاريخ %Y/%m/%d", "التاريخ 2026/11/27", "2026-11-26 21:00:00"),
    ],
)
def test_any_other_format_is_one_of_strptime(form: str, text: str, moment: str):
    assert read(text, form) == utc(moment)
    assert read(text + "!", form) is None


def test_the_formats_are_tried_in_turn_and_the_first_that_fits_counts():
    formats = TimeFormats(("iso", "%d/%m/%Y", "%m/%d/%Y"), RIYADH)
    assert formats.read("2026-11-27").format_number == 1
    assert formats.read("03/04/2026") == TimeReading("03/04/2026", instant_of(datetime(2026, 4, 3, tzinfo=RIYADH)), 2)
    assert formats.read("04/27/2026").format_number == 3
    assert formats.read("27.11.2026") == TimeReading("27.11.2026", None, 0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01T12:00:00", "2026-07-01 10:00:00"),
        ("2026-12-01T12:00:00", "2026-12-01 11:00:00"),
        ("2026-03-29T02:30:00", "2026-03-29 01:30:00"),
        ("2026-10-25T02:30:00", "2026-10-25 00:30:00"),
    ],
)
def test_a_local_time_follows_the_zone_through_its_changes(text: str, moment: str):
    # In the night of March 29 the clocks skip 02:30; in that of October 25 they show it twice, and the first counts.
    assert read(text, zone=BERLIN) == utc(moment)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (7, "7"), (None, ""), (True, "true"), (1795816800.5, "1795816800.5"), (1e300, "1e+300")],
)
def test_a_time_may_be_a_number_with_a_fraction(value: object, text: str):
    assert time_text(value) == text


@pytest.mark.parametrize("value", [[], {}, [1795816800]])
def test_a_list_and_an_object_are_no_time(value: object):
    with pytest.raises(NoText):
        time_text(value)


@pytest.mark.parametrize(
    "form",
    [
        "",
        "ISO",
        "rfc3339",
        "%",
        "%Q",
        "%Y-%m-%d %",
        "%-d/%m/%Y",
        "%d%d%m%Y",
        "%d/%m/%Y\x00",
        "%Y-%m-%d %E",
    ],
)
def test_a_format_that_strptime_refuses_is_an_error(form: str):
    with pytest.raises(ValueError, match="must "):
        parser_of(form)


@pytest.mark.parametrize("form", ["%H:%M", "%Y", "%Y-%m", "%d/%m %H:%M", "yyyy-MM-dd", "%s"])
def test_a_format_without_the_whole_date_is_an_error(form: str):
    with pytest.raises(ValueError, match="must "):
        parser_of(form)


def test_a_format_with_the_name_of_a_zone_is_an_error_because_its_offset_would_be_lost():
    with pytest.raises(ValueError, match="must have %z instead of %Z"):
        parser_of("%Y-%m-%d %H:%M %Z")


def test_a_format_has_a_length():
    parser_of("%Y-%m-%d".ljust(MAX_LENGTH, "!"))
    with pytest.raises(ValueError, match="must have at most 64 characters"):
        parser_of("%Y-%m-%d".ljust(MAX_LENGTH + 1, "!"))


@pytest.mark.parametrize("format_", ["%d/%m/%Y %I:%M", "%Y-%m-%d %I", "%I:%M:%S %Y-%m-%d"])
def test_a_format_of_twelve_hours_needs_the_half_of_the_day(format_: str):
    (flaw,) = flaws(read=f'number = "ref"\ntime = "at"\ntimes = ["{format_}"]')
    assert flaw == "read.times must have %p beside %I, or %H instead: else the afternoon is read as the morning"
    assert not flaws(read=f'number = "ref"\ntime = "at"\ntimes = ["{format_} %p"]')


@pytest.mark.parametrize("format_", ["%d/%m/%Y", "%d/%m/%Y %H:%M", "%Y-%m-%d %%I", "%Y-%m-%d %H:%M %p"])
def test_a_format_of_twentyfour_hours_or_of_none_needs_no_half_of_the_day(format_: str):
    assert not flaws(read=f'number = "ref"\ntime = "at"\ntimes = ["{format_}"]')
