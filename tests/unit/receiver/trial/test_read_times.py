"""A trial says which format of a time would fit, and what it makes of a zone."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.invented import profile
from tests.support.trials import reading_of, step


def timed(times: str, text: object, top: str = "", **changes: Any) -> Any:
    chosen = profile(top=top, read=f'number = "ref"\ntime = "at"\ntimes = [{times}]')
    return step(reading_of(chosen, {"state": "D", "ref": "1", "at": text}, **changes), "time")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-11-28T10:00:00+0300", ('it fits with: times = ["%d %Y %m", "iso"]',)),
        (1795824000, ('it fits with: times = ["%d %Y %m", "unix"]',)),
        (1795824000123, ('it fits with: times = ["%d %Y %m", "unix_ms"]',)),
        ("28/11/2026 09:00", ('it fits with: times = ["%d %Y %m", "%d/%m/%Y %H:%M"]',)),
        ("28 Nov 2026 09:00 PM", ('it fits with: times = ["%d %Y %m", "%d %b %Y %I:%M %p"]',)),
        (
            "05/04/2026 09:00",
            (
                'it fits with: times = ["%d %Y %m", "%d/%m/%Y %H:%M"]',
                'it fits with: times = ["%d %Y %m", "%m/%d/%Y %H:%M"]',
                "several formats fit this text: choose by the courier's documentation",
            ),
        ),
        ("soon", ("write its format into read.times: one of strptime, such as %d/%m/%Y %H:%M:%S",)),
    ],
)
def test_a_time_that_fits_no_format_is_answered_by_formats_that_fit(text: object, advice: tuple[str, ...]):
    given = timed('"%d %Y %m"', text)
    assert given.text == f'at "{text}" fits none of times = ["%d %Y %m"]: the arrival counts'
    assert given.advice == advice
    assert given.is_well


def test_the_zone_of_a_time_without_an_offset_is_shown():
    given = timed('"iso", "%d/%m/%Y %H:%M"', "28/11/2026 09:00", zone=ZoneInfo("Asia/Jakarta"))
    assert given.text == 'at "28/11/2026 09:00", format 2 (%d/%m/%Y %H:%M), Asia/Jakarta → 2026-11-28T02:00:00Z'
    assert given.advice == ()
    of_profile = timed('"iso"', "2026-11-28 09:00", top='zone = "Asia/Riyadh"')
    assert of_profile.text == 'at "2026-11-28 09:00", format 1 (iso), Asia/Riyadh → 2026-11-28T06:00:00Z'


def test_a_zone_that_nobody_has_chosen_is_said():
    assert timed('"iso"', "2026-11-28 09:00").advice == (
        "the text has no offset, and the profile no zone: the source's timezone counts",
    )


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("2026-11-28T15:00:00Z", "that is 3.0 hours after the arrival, so the arrival counts"),
        ("2026-10-01T15:00:00Z", "that is more than 30 days before the arrival, so it counts as 30 days old"),
    ],
)
def test_a_time_that_is_clamped_is_said(text: str, advice: str):
    assert timed('"iso"', text).advice == (advice,)


def test_a_local_time_after_the_arrival_asks_for_the_zone():
    given = timed('"iso"', "2026-11-28T15:00", zone=ZoneInfo("Etc/GMT"))
    assert given.advice == ("that is 3.0 hours after the arrival, so the arrival counts: is the time zone right?",)


def test_a_time_out_of_any_calendar_is_said():
    given = timed('"%Y-%m-%d %H:%M"', "9999-12-31 20:00", zone=ZoneInfo("Etc/GMT+12"))
    assert given.text.endswith("→ a time out of any calendar")


def test_a_missing_time_and_an_odd_one_are_said():
    chosen = profile(read='number = "ref"\ntime = "at"')
    missing = step(reading_of(chosen, {"state": "D", "ref": "1", "at_utc": "x"}), "time")
    assert missing.text == "nothing there: the arrival counts"
    assert missing.advice == ("at leads to nothing; the document has: state, ref, at_utc",)
    assert timed('"iso"', [1]).text == 'at "[[1]]" fits none of times = ["iso"]: the arrival counts'
    assert step(reading_of(profile(), {"state": "D", "ref": "1"}), "time").advice == ("no time is read: see read.time",)


def test_the_parts_of_a_time_are_named():
    chosen = profile(read='number = "ref"\ntime_parts = ["day", "hour"]\ntimes = ["%Y-%m-%d %H:%M"]')
    given = step(reading_of(chosen, {"state": "D", "ref": "1", "day": "2026-11-28", "hour": "09:00"}), "time")
    assert given.text.startswith('day + hour "2026-11-28 09:00", format 1')


@pytest.mark.parametrize("fold", ["", "fold = true\n"])
def test_the_time_of_a_word_is_named(fold: str):
    read = 'number = "ref"\ntime = "at"\n[read.time_of]\nD = "done_at"'
    chosen = profile(read=read, status=f'{fold}from = "state"\nrows = [["D", "delivered"]]')
    document = {"state": "D", "ref": "1", "at": "2026-11-28T01:00:00Z", "done_at": "2026-11-28T02:00:00Z"}
    assert step(reading_of(chosen, document), "time").text.startswith('done_at "2026-11-28T02')


OFFSET = 'If it is always this one: times = ["{}"] and zone = {}'


@pytest.mark.parametrize(
    ("end", "zone"),
    [
        (" +3", '"Etc/GMT-3"'),
        ("+3", '"Etc/GMT-3"'),
        (" UTC+3", '"Etc/GMT-3"'),
        (" UTC+03:00", '"Etc/GMT-3"'),
        (" GMT-5", '"Etc/GMT+5"'),
        (" +5:30", "the zone that has it"),
        (" UTC", '"UTC"'),
        (" AST", "the zone that it names"),
    ],
)
def test_an_offset_that_no_format_reads_may_stand_in_the_format(end: str, zone: str):
    given = timed('"iso"', f"28/11/2026 09:00{end}")
    written = f"%d/%m/%Y %H:%M{end}"
    assert given.advice == (f"no format reads {end.strip()}. {OFFSET.format(written, zone)}",)
    assert timed(f'"{written}"', f"28/11/2026 09:00{end}", top='zone = "Etc/GMT-3"').text.endswith("T06:00:00Z")


@pytest.mark.parametrize("text", ["soon +3", "2026-13-28", "soon UTC"])
def test_what_only_ends_like_an_offset_is_no_time(text: str):
    assert timed('"iso"', text).advice == (
        "write its format into read.times: one of strptime, such as %d/%m/%Y %H:%M:%S",
    )
