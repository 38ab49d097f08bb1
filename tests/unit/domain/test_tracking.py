"""Tracking numbers are the same however a courier, a shop or a person writes them, and nothing else passes for one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.tracking import is_in_place, is_same_parcel, is_tracking_number, normal_form, parcel_without_number

NUMBERS = st.from_regex(r"[A-Z]{0,4}[0-9][A-Z0-9]{0,40}", fullmatch=True)
ANYTHING = st.text(st.characters(), max_size=80)


@pytest.mark.parametrize("written", ["TRK1", "trk1", "TRK 1", "trk-1", " Trk - 1 "])
def test_case_spaces_and_hyphens_make_no_difference(written):
    assert normal_form(written) == "TRK1"


@pytest.mark.parametrize("other", ["TRK2", "TRK_1", "TRK.1", "TRK11", "TRK\u0131"])
def test_everything_else_does(other):
    assert not is_same_parcel("TRK1", other)


@pytest.mark.parametrize("nothing", ["", "-", " ", "--"])
def test_a_placeholder_is_the_number_of_no_parcel(nothing):
    assert normal_form(nothing) == ""
    assert not is_same_parcel(nothing, nothing)


@given(st.text(max_size=20))
def test_a_normal_form_is_its_own_normal_form(text):
    assert normal_form(normal_form(text)) == normal_form(text)


@pytest.mark.parametrize(
    "number",
    [
        *("1Z999AA10123456784", "00340434161094021501", "JX240100001", "3SYZXG29001", "EZ1000000001", "30010201"),
        *("1Z 999 AA1 01 2345 6784", "RR 123 456 785 CN", "9400 1000 0000 0000 0000 00", "JNE 12345", "Trk - 1"),
        *("JNE-CGK-12345", "TRK-ord_teh", "fastbox/ksa/1", "1.2.3456.7", "TRK-A.b1", "MAXN--1"),
        *("A", "TRK_1", "OTO-OTHER", "2024/0001", "0123.4567.89", "x" * 64),
    ],
)
def test_the_numbers_of_couriers_are_tracking_numbers(number):
    assert is_tracking_number(number)


@pytest.mark.parametrize(
    "text",
    [
        *("<b>TRK1</b>", "<script>1</script>", "[TRK1](https://evil.example)", "**TRK1**", "_TRK1_", "`1`", "# 1"),
        *("=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)", "\t=1", "TRK1;2", "TRK1,2", "TRK|1", "TRK:1"),
        *("pay at 10 Main Street", "call 0551234567 now", "please call 0551234567", "call me", "your parcel 1 is held"),
        *("evil.example", "bit.ly/3xY", "1 evil.com/1", "www.evil.co.uk", "1.http", "https://evil.example/1"),
        *(
            "evil.xn--p1ai/x",
            "xn--1",
            "1.XN--P1AI",
            "1.2.3.4/a",
            "127.0.0.1",
            "x127.0.0.1.5",
            "evil.com_x",
            "evil.com-1",
        ),
        *("CALL 08123456789 OK", "Bayar_ke_rekening_BCA_1234567", "Your-parcel-is-lost-call-08111111111", "a.b.c1/d/e"),
        *(
            "TRK\u200b1",
            "TRK\u202e1",
            "\u200eTRK1",
            "TRK\u00ad1",
            "\u0422RK1",
            "\u0661\u0662",
            "TRK1\n",
            " 1",
            "1" * 65,
        ),
        *("", "-", "--", ".", "/etc/passwd", "../1"),
    ],
)
def test_html_markdown_formulas_sentences_and_links_are_none(text):
    assert not is_tracking_number(text)


@given(NUMBERS)
def test_letters_and_digits_are_a_tracking_number(number):
    assert is_tracking_number(number)


@given(ANYTHING)
def test_a_tracking_number_has_only_the_characters_of_one_and_begins_with_a_letter_or_a_digit(text):
    if is_tracking_number(text):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_./ -]{0,63}", text, re.ASCII)


@given(ANYTHING)
def test_a_parcel_whose_number_is_left_out_has_a_name_that_is_no_number(text):
    name = parcel_without_number(text)
    assert not is_tracking_number(name)
    assert re.fullmatch("left-out-[0-9a-f]{12}|", name)


@given(ANYTHING, ANYTHING)
def test_two_left_out_numbers_are_two_parcels_unless_they_are_one_number(one, other):
    names = parcel_without_number(one), parcel_without_number(other)
    if all(names):
        assert is_same_parcel(*names) == (normal_form(one) == normal_form(other))


@given(ANYTHING)
def test_a_number_and_the_name_in_its_place_are_one_parcel_however_the_number_is_written(text):
    name = parcel_without_number(text)
    for written in (text, name, f" {text}-", name.upper()):
        assert is_same_parcel(name, written) is bool(name)
    assert is_in_place(name) is bool(name)


@pytest.mark.parametrize("nothing", ["", "-", " ", "#", "?", "…"])
def test_a_text_that_says_nothing_names_no_parcel(nothing):
    assert parcel_without_number(nothing) == ""


@pytest.mark.parametrize("text", ["left-out-0123456789ab", "LEFT OUT 1", "Leftout1"])
def test_no_sender_can_use_the_name_of_a_parcel_whose_number_is_left_out(text):
    assert not is_tracking_number(text)


@given(ANYTHING)
def test_a_sender_that_sends_the_name_of_such_a_parcel_names_another_one(text):
    if name := parcel_without_number(text):
        assert not is_same_parcel(parcel_without_number(name), name)
