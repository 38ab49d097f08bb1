"""JSON from outside is read strictly, and in bounded time."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.documents import Malformed, field_at, read_document

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
        ("\ufeff{}".encode(), "not_json"),
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
    assert time.thread_time() - began < 2


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
