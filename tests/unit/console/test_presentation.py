"""Values on pages: instants in two zones, texts from outside without HTML, and charts that add up."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.console.presentation import charts
from worker.console.presentation.charts import Column, stacked_bars
from worker.console.presentation.filters import common_zone
from worker.console.presentation.instants import Instants, clock_text, full_text, short_text
from worker.console.presentation.texts import advice_html, number_text, outside_html
from worker.domain.instants import DAY, HOUR, MINUTE, SECOND

RIYADH, UTC = ZoneInfo("Asia/Riyadh"), ZoneInfo("UTC")
AT = 1_764_360_909 * SECOND
"""28 November 2025, 20:15:09 UTC."""


def test_an_instant_is_short_in_the_zone_of_its_account_with_utc_beside_it():
    element = Instants(RIYADH).html(AT, RIYADH, AT + 4 * MINUTE)
    assert element.startswith('<time datetime="2025-11-28T20:15:09.000000Z" ')
    assert element.striptags() == "4 min ago 28 Nov 23:15:09 · 20:15:09 UTC"


def test_an_instant_goes_on_in_a_sentence():
    shown = Instants(RIYADH).html_in_sentence(AT, RIYADH, AT + 4 * MINUTE)
    assert shown.striptags() == "28 Nov 23:15:09 · 20:15:09 UTC (4 min ago)"


def test_the_title_of_an_instant_has_its_days_its_year_and_its_zone():
    title = "29 Nov 2025 00:15:09 Asia/Riyadh, 28 Nov 2025 21:15:09 UTC"
    assert full_text(AT + HOUR, RIYADH) == title
    assert f'title="{title}"' in Instants(RIYADH).html(AT + HOUR, RIYADH, AT)
    assert full_text(AT) == "28 Nov 2025 20:15:09 UTC"


def test_the_year_is_shown_unless_it_is_this_one():
    assert short_text(AT, RIYADH, AT, RIYADH) == "28 Nov 23:15:09 · 20:15:09 UTC"
    assert short_text(AT, RIYADH, AT + 90 * DAY, RIYADH) == "28 Nov 2025 23:15:09 · 20:15:09 UTC"
    assert short_text(AT, RIYADH, page_zone=RIYADH) == "28 Nov 2025 23:15:09 · 20:15:09 UTC"


def test_a_zone_that_the_page_does_not_name_is_seen_at_each_instant():
    assert short_text(AT, RIYADH, AT, UTC) == "28 Nov 23:15:09 +0300 · 20:15:09 UTC"


def test_utc_is_not_said_twice():
    assert short_text(AT, UTC, AT) == "28 Nov 20:15:09 UTC"
    assert short_text(AT, UTC, AT, RIYADH) == "28 Nov 20:15:09 UTC"


def test_no_instant_is_a_dash_and_an_impossible_one_does_no_harm():
    assert "–" in Instants(RIYADH).html(None, RIYADH)
    assert clock_text(AT, RIYADH) == "23:15"
    assert "9999" in short_text(2**62)
    assert "9999" in full_text(2**62)


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


def test_a_command_at_the_end_of_a_sentence_is_code_too():
    shown = advice_html("To close it: fulfillment orders close main/1 --reason <b>")
    assert shown == "To close it: <code>fulfillment orders close main/1 --reason &lt;b&gt;</code>"


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
