"""Values on pages: instants in two zones, texts from outside without HTML, and charts that add up."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.console.presentation import charts
from worker.console.presentation.charts import Column, stacked_bars
from worker.console.presentation.filters import common_zone
from worker.console.presentation.instants import clock_text, instant_html, local_text, utc_text
from worker.console.presentation.texts import advice_html, number_text, outside_html
from worker.domain.instants import HOUR, MINUTE, SECOND

RIYADH, UTC = ZoneInfo("Asia/Riyadh"), ZoneInfo("UTC")
AT = 1_764_360_909 * SECOND
"""28 November 2025, 20:15:09 UTC."""


def test_an_instant_is_shown_in_the_zone_of_its_account_with_utc_beside_it():
    element = instant_html(AT, RIYADH, AT + 4 * MINUTE)
    assert element.startswith('<time datetime="2025-11-28T20:15:09.000000Z">')
    assert element.striptags() == "4 min ago, 28 Nov 2025 23:15:09 Asia/Riyadh 20:15:09 UTC"


def test_utc_has_its_own_day_where_the_days_differ():
    assert local_text(AT + HOUR, RIYADH) == "29 Nov 2025 00:15:09 Asia/Riyadh"
    assert utc_text(AT + HOUR, RIYADH) == "28 Nov 2025 21:15:09 UTC"


def test_utc_is_not_said_twice():
    assert utc_text(AT, UTC) == ""
    assert str(instant_html(AT)).count("UTC") == 1


def test_no_instant_is_a_dash_and_an_impossible_one_does_no_harm():
    assert "–" in instant_html(None, RIYADH)
    assert clock_text(AT, RIYADH) == "23:15"
    assert "9999" in local_text(2**62)


@given(st.text())
def test_a_text_from_outside_is_never_html(text: str):
    shown = str(outside_html(text))
    inner = shown.removeprefix("<bdi>").removesuffix("</bdi>")
    if "none" not in shown or inner != shown:
        assert "<" not in inner
        assert ">" not in inner
        assert "\u202e" not in inner
        assert "\n" not in inner


def test_a_text_from_outside_is_bounded_and_none_is_a_dash():
    assert len(outside_html("x" * 10_000)) < 400
    assert "–" in outside_html(None)
    assert "–" in outside_html("\u200b")
    assert number_text(1234567) == "1,234,567"


def test_the_commands_in_an_advice_are_code_and_nothing_in_it_is_html():
    shown = advice_html("Start one: `fulfillment worker`, or <b>`fulfillment up`</b>.")
    commands = "<code>fulfillment worker</code>, or &lt;b&gt;<code>fulfillment up</code>&lt;/b&gt;"
    assert shown == f"Start one: {commands}."
    assert advice_html("HTTP 422: a ` in <i>the platform's words</i>").count("<") == 0


def test_what_belongs_to_no_account_is_shown_in_the_zone_that_all_accounts_share():
    assert common_zone({"a": RIYADH, "b": RIYADH}) == RIYADH
    assert common_zone({"a": RIYADH, "b": UTC}) == UTC
    assert common_zone({}) == UTC


columns = st.lists(
    st.builds(Column, st.just("x"), st.dictionaries(st.sampled_from("abc"), st.integers(0, 10**9))), max_size=48
)


@given(columns)
def test_the_bars_of_a_chart_stay_in_it_and_show_every_count(drawn: list[Column]):
    chart = stacked_bars(drawn, "abc")
    assert chart.total == sum(sum(column.counts.values()) for column in drawn)
    assert sum(bar.count for bar in chart.bars) == chart.total
    for bar in chart.bars:
        assert bar.height >= charts.LEAST_HEIGHT
        assert bar.x >= charts.LEFT
        assert bar.x + bar.width <= charts.WIDTH
        assert 0 <= bar.y <= chart.base
    assert len(chart.x_labels) <= charts.LABELS


@pytest.mark.parametrize(
    ("highest", "labels"),
    [(0, "0 1 2"), (1, "0 1 2"), (3, "0 2 5"), (7, "0 5 10"), (11, "0 10 20"), (1999, "0 1,000 2,000")],
)
def test_an_axis_ends_at_a_round_number(highest: int, labels: str):
    chart = stacked_bars([Column("1:00", {"a": highest})], "a")
    assert " ".join(label.text for label in chart.y_labels) == labels
