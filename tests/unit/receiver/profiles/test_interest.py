"""Of interest: documents and elements by `only` and `skip`."""

import pytest

from tests.support.invented import delivery, names, profile

GOOD = {"state": "D", "ref": "1"}


def is_read(document: str, sent: object) -> bool:
    result = delivery(profile(document=document), sent)
    assert result.unusable is None
    return bool(result.events)


@pytest.mark.parametrize(
    ("texts", "value", "fits"),
    [
        ('["a", "b"]', "b", True),
        ('["a", "b"]', "c", False),
        ('["a"]', "A", False),
        ("[1]", 1, True),
        ("[1]", "1", True),
        ("[1]", "01", False),
        ("[1]", 1.0, False),
        ("[1]", True, False),
        ("[true]", True, True),
        ("[true]", "true", True),
        ("[true]", "True", False),
        ("[true]", 1, False),
        ("[false]", False, True),
        ("[false]", None, False),
        ('[""]', None, True),
        ('[""]', "", True),
        ('[""]', "a", False),
        ('[""]', [], False),
        ('["a"]', ["a"], False),
        ('["a"]', {"a": 1}, False),
        ('"a"', "a", True),
        ("[0]", 0, True),
        ("[-5]", "-5", True),
    ],
)
def test_a_condition_compares_texts(texts: str, value: object, fits: bool):
    sent = GOOD | {"x": {"kind": value}}
    assert is_read(f'only = {{ "x.kind" = {texts} }}', sent) is fits
    assert is_read(f'skip = {{ "x.kind" = {texts} }}', sent) is not fits


def test_a_missing_field_is_an_empty_text():
    assert is_read('only = { kind = ["", "parcel"] }', GOOD)
    assert not is_read('only = { kind = ["parcel"] }', GOOD)
    assert not is_read('skip = { kind = [""] }', GOOD)
    assert is_read("skip = { test = [true] }", GOOD)


def test_all_of_only_must_hold_and_none_of_skip():
    document = 'only = { a = ["1"], b = ["2"] }\nskip = { c = ["3"], d = ["4"] }'
    good = GOOD | {"a": 1, "b": 2}
    assert is_read(document, good)
    assert not is_read(document, good | {"b": 3})
    assert not is_read(document, good | {"a": 3})
    assert not is_read(document, good | {"c": 3})
    assert not is_read(document, good | {"d": 4})


def test_what_is_of_no_interest_is_not_read_at_all():
    result = delivery(profile(document="skip = { test = [true] }"), {"test": True, "state": "unheard of"})
    assert (result.events, result.unusable, result.detail) == ((), None, "")


def test_a_path_with_brackets_judges_each_element():
    chosen = profile(
        document='each = "items[]"\nonly = { "items[].kind" = ["parcel"], type = ["news"] }\n'
        "skip = { 'items[].test' = [true], all_test = [true] }",
        read='number = "items[].ref"',
        status='from = "items[].state"\nrows = [["D", "delivered"], ["P", "picked_up"]]',
    )
    items = [
        {"kind": "parcel", "state": "D", "ref": "1"},
        {"kind": "return", "state": "D", "ref": "2"},
        {"kind": "parcel", "state": "P", "ref": "3", "test": True},
        {"state": "unheard of", "ref": "4"},
        {"kind": "parcel", "state": "P", "ref": "5", "test": False},
    ]
    result = delivery(chosen, {"type": "news", "items": items})
    assert names(result) == ["delivered", "picked_up"]
    assert [event.order.order_id for event in result.events] == ["number:1", "number:5"]
    for fields in ({"type": "other"}, {"all_test": True}):
        assert not delivery(chosen, {"type": "news", "items": items} | fields).events


def test_a_list_is_not_demanded_of_a_document_of_no_interest():
    chosen = profile(
        document='each = "items[]"\nonly = { type = ["news"] }',
        read='number = "items[].ref"',
        status='from = "items[].state"\nrows = [["D", "delivered"]]',
    )
    assert delivery(chosen, {"type": "ping"}).unusable is None
    assert delivery(chosen, {"type": "news"}).unusable == "no_list"
