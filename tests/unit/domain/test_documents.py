"""JSON from outside is read strictly, and in bounded time."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.documents import Flawed, Malformed, field_at, plain, read_document, read_leniently
from worker.domain.reasons import QuarantineReason
from worker.domain.text import is_storable

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**32) + 1, 10**32 - 1) | st.floats(allow_nan=False) | STORABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STORABLE, inner, max_size=4),
    max_leaves=20,
).filter(lambda document: "Infinity" not in json.dumps(document))

MIB = 1_048_576


def refusal(raw: bytes, **options: int) -> str:
    with pytest.raises(Malformed) as refused:
        read_document(raw, **options)
    return refused.value.reason


@given(DOCUMENTS, st.booleans())
def test_a_document_is_read_as_it_was_written(document, ascii_only):
    assert read_document(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0d8e1-.\n').map(str.encode))
def test_no_bytes_raise_anything_but_malformed(raw):
    with suppress(Malformed):
        assert read_document(raw) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not_json"),
        (b"{} {}", "not_json"),
        (b"{'a': 1}", "not_json"),
        (b'"a\nb"', "not_json"),
        ("{}\ufeff".encode(), "not_json"),
        ("\ufeff\ufeff{}".encode(), "not_json"),
        ("{}".encode("utf-16-le"), "not_json"),
        ("{}".encode("utf-16"), "bad_text"),
        (b'"\xff"', "bad_text"),
        (b'"\xed\xa0\x80"', "bad_text"),
        (b'"\\u0000"', "bad_text"),
        (b'["a", {"b": "\\udc00"}]', "bad_text"),
        (b'{"\\ud800": 1}', "bad_text"),
        (b'{"a\\u0000": 1}', "bad_text"),
        (b'{"a": 1, "a": 1}', "duplicate_key"),
        (b'[{"a": 1, "\\u0061": 2}]', "duplicate_key"),
        (b"NaN", "bad_number"),
        (b"[-Infinity]", "bad_number"),
        (b"1e999", "bad_number"),
        (b"-" + b"9" * 33, "bad_number"),
        (b"9" * 5000, "bad_number"),
        (b"0." + b"1" * 5000, "bad_number"),
    ],
)
def test_a_document_that_could_do_harm_later_is_refused_with_a_reason(raw, reason):
    assert refusal(raw) == reason


def test_a_byte_order_mark_is_passed_over():
    assert read_document(b"\xef\xbb\xbf[1]") == read_leniently(b"\xef\xbb\xbf[1]") == [1]


FLAWS = [
    (b'"Sara \\ud83d"', "bad_text"),
    (b'"a\\u0000b"', "bad_text"),
    (b'"Jos\xe9"', "bad_text"),
    (b"NaN", "bad_number"),
    (b"-Infinity", "bad_number"),
    (b"1e999", "bad_number"),
    (b"9" * 40, "bad_number"),
    (b"9" * 5000, "bad_number"),
    (b"0." + b"1" * 5000, "bad_number"),
]


@pytest.mark.parametrize(("raw", "reason"), FLAWS)
def test_a_flawed_value_spoils_only_itself(raw, reason):
    document = read_leniently(b'{"a": [' + raw + b', "x"], "b": 1, "c": ' + raw + b"}")
    assert isinstance(document, dict)
    flaw = document["c"]
    assert isinstance(flaw, Flawed)
    assert (document["a"], document["b"], flaw.reason) == ([flaw, "x"], 1, reason)
    assert is_storable(str(flaw))
    assert is_storable(str(document))
    json.dumps(plain(document)).encode()


def test_a_repeated_key_has_no_value_and_the_other_keys_have_theirs():
    document = read_leniently(b'{"a": 1, "b": 2, "\\u0061": 1, "c": {"d": 1, "d": 1}}')
    nothing = Flawed(QuarantineReason.DUPLICATE_KEY)
    assert document == {"a": nothing, "b": 2, "c": {"d": nothing}}
    assert plain(document) == {"a": "", "b": 2, "c": {"d": ""}}


def test_repeated_keys_can_be_refused_wherever_they_are():
    with pytest.raises(Malformed, match="duplicate_key"):
        read_leniently(b'{"a": 1, "c": [{"d": 1, "d": 1}]}', unique_keys=True)
    assert read_leniently(b'{"a": NaN}', unique_keys=True) == {"a": Flawed(QuarantineReason.BAD_NUMBER, "NaN")}


def test_a_key_that_cannot_be_stored_is_marked_and_has_no_value():
    assert read_leniently(b'{"a\\ud800": 1, "b": 2}') == {
        "a\ufffd": Flawed(QuarantineReason.BAD_TEXT, "a\ud800"),
        "b": 2,
    }
    assert read_leniently(b'{"a\\ud800": 1, "a\\ud801": 2}') == {"a\ufffd": Flawed(QuarantineReason.DUPLICATE_KEY)}


@pytest.mark.parametrize(
    ("raw", "reason"), [(b"{", "not_json"), (b"\xff", "bad_text"), (b"{}\xff", "bad_text"), (b"[" * 33, "too_deep")]
)
def test_what_is_no_json_is_refused_by_the_lenient_reader_too(raw, reason):
    with pytest.raises(Malformed, match=reason):
        read_leniently(raw)


def test_a_container_that_is_nested_too_deep_can_be_cut_off():
    deep = b"[" * 40 + b'"]"' + b"]" * 40
    with pytest.raises(Malformed, match="too_deep"):
        read_leniently(b'{"a": ' + deep + b', "b": 1}')
    document = read_leniently(b'{"a": ' + deep + b', "c": ' + deep + b', "b": 1}', cut_deep=True)
    assert isinstance(document, dict)
    assert document["b"] == 1
    assert str(document["a"]) == str(document["c"]) == "[" * 31 + "NaN" + "]" * 31
    for raw in (b"[" * 33, b"[" * 100_000, b"[" * 1001 + b"]" * 1001):
        with pytest.raises(Malformed, match="too_deep"):
            read_leniently(raw, cut_deep=True)
    read_leniently(b"[" * 1000 + b"]" * 1000, cut_deep=True)


@given(DOCUMENTS, st.booleans())
def test_both_readers_agree_on_a_document_without_flaws(document, ascii_only):
    raw = json.dumps(document, ensure_ascii=ascii_only).encode()
    assert read_leniently(raw, cut_deep=True) == plain(document) == document


@given(st.binary(max_size=200) | st.text('[]{}",:\\u0d8e1-.\nNa').map(str.encode))
def test_nothing_that_the_lenient_reader_returns_is_unstorable(raw):
    with suppress(Malformed):
        document = read_leniently(raw, cut_deep=True)
        json.dumps(plain(document), allow_nan=False, ensure_ascii=False).encode()
        assert is_storable(str(document))


def test_a_pair_of_surrogates_is_one_character():
    assert read_document(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_an_escape_that_can_be_stored_is_read_wherever_it_is():
    raw = b'{"caf\\u00e9": [1, "\\u00fc", {"a": null}], "b": true}'
    assert read_document(raw) == {"caf\u00e9": [1, "\u00fc", {"a": None}], "b": True}


def test_a_float_may_have_400_characters():
    longest = "0." + "1" * 398
    assert read_document(longest.encode()) == float(longest)
    with pytest.raises(Malformed, match="bad_number"):
        read_document(longest.encode() + b"1")


def test_an_integer_may_have_32_digits():
    assert read_document(b"9" * 32) == int("9" * 32)


@pytest.mark.parametrize("bracket", ["[]", "{}"])
def test_32_levels_are_read_and_33_are_not(bracket):
    def nested(levels):
        opening = "[" if bracket == "[]" else '{"a":'
        return (opening * (levels - 1) + bracket + bracket[1] * (levels - 1)).encode()

    read_document(nested(32))
    assert refusal(nested(33)) == "too_deep"


def test_a_caller_may_ask_for_fewer_levels():
    assert read_document(b"[1]", depth=1) == [1]
    assert refusal(b"[[1]]", depth=1) == "too_deep"


def test_brackets_within_strings_do_not_count_as_levels():
    text = '"' + "[" * 100 + '\\"{{{\\\\'
    assert read_document(text.encode() + b'"') == json.loads(text + '"')


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * MIB,
        b'{"a":' * (MIB // 5),
        b"[]" * (MIB // 2),
        b'"' + b'\\"' * (MIB // 2),
        b'"' + b"\\" * MIB,
        b"1" * MIB,
        b"1." + b"0" * MIB,
        b"-" * MIB,
    ],
    ids=["arrays", "objects", "pairs", "endless-string", "backslashes", "integer", "float", "minus"],
)
def test_a_mebibyte_of_anything_is_refused_quickly(raw):
    began = time.thread_time()  # processor time, because other processes may be busy
    refusal(raw)
    with suppress(Malformed):
        read_leniently(raw, cut_deep=True)
    assert time.thread_time() - began < 60  # a reader of quadratic cost takes hours


@pytest.mark.parametrize("path", ["data.a", "data.a.deeper", "gone", "gone.x"])
def test_a_path_through_a_flawed_value_leads_to_its_flaw(path):
    document = read_leniently(b'{"data": {"a": 1, "a": 1}, "gone": {"x": 1}, "gone": {"x": 1}}')
    flaw = field_at(document, path)
    assert isinstance(flaw, Flawed)
    assert flaw.reason == "duplicate_key"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", 1),
        ("data.order_id", 0),
        ("data.note", None),
        ("data.gone.deeper", None),
        ("id.deeper", None),
        ("x", None),
    ],
)
def test_a_field_is_found_by_its_path_and_null_missing_and_empty_are_the_same(path, value):
    assert field_at({"id": 1, "data": {"order_id": 0, "note": "", "gone": None}}, path) == value
