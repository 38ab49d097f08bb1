"""Paths: how they are written, and where they lead."""

import pytest

from webhook_receiver.profiles.engine.paths import EACH, MAX_LENGTH, parse_path

DOCUMENT = {
    "a": {"b": [{"c": 1}, {"c": 2}], "": 3, "d e": 4, "ü-ß": 5, "0": 6},
    "list": [[10, 11], [], [12]],
    "empty": "",
    "null": None,
    "zero": 0,
    "no": False,
    "text": "abc",
    "a.b": 7,
}


def value(path: str, *position: int) -> object:
    return parse_path(path).value(DOCUMENT, position)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.b[0].c", 1),
        ("a.b[1].c", 2),
        ("a.b[-1].c", 2),
        ("a.b[-2].c", 1),
        ("a.d e", 4),
        ("a.ü-ß", 5),
        ("a.0", 6),
        ("list[0][1]", 11),
        ("list[-1][0]", 12),
        ("a.b[007]", None),
        ("a.b[01].c", 2),
        ("zero", 0),
        ("no", False),
    ],
)
def test_a_path_leads_through_objects_and_lists(path: str, expected: object):
    found = value(path)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    "path",
    [
        "b",
        "a.c",
        "a.b.c",
        "a.b[2]",
        "a.b[-3]",
        "a[0]",
        "text[0]",
        "text.a",
        "zero.a",
        "null.a",
        "null[0]",
        "list[1][0]",
        "list[9999]",
        "list[-9999]",
        "list.0",
        "empty",
        "null",
        "[0]",
        "A",
    ],
)
def test_a_path_that_leads_nowhere_or_to_null_or_to_an_empty_text_has_no_value(path: str):
    assert value(path) is None


def test_each_pair_of_brackets_takes_the_index_of_the_position():
    assert value("a.b[].c", 1) == 2
    assert value("list[][]", 0, 1) == 11
    assert value("list[][]", 2, 0) == 12
    assert value("list[]", 2) == [12]
    assert value("list[][]", 1, 0) is None


def test_a_path_without_a_position_takes_the_first_element():
    assert value("list[][]") == 10


def test_the_positions_of_a_path_are_those_of_all_elements_in_their_order():
    assert list(parse_path("list[][]").positions(DOCUMENT)) == [(0, 0), (0, 1), (2, 0)]
    assert list(parse_path("a.b[]").positions(DOCUMENT)) == [(0,), (1,)]
    assert list(parse_path("[]").positions([1, 2])) == [(0,), (1,)]
    assert list(parse_path("nothing[]").positions(DOCUMENT)) == []


def test_an_array_may_be_at_the_top():
    assert parse_path("[].a").value([{"a": 1}, {"a": 2}], (1,)) == 2
    assert parse_path("[-1].a").value([{"a": 1}, {"a": 2}]) == 2


def test_a_path_knows_its_parts():
    path = parse_path("a[].b[-3].c[]")
    assert path.parts == ("a", EACH, "b", -3, "c", EACH)
    assert path.depth == 2
    assert path.skeleton == path.parts
    assert parse_path("a[].b").skeleton == ("a", EACH)
    assert parse_path("a.b[0]").skeleton == ()
    assert path.outermost.parts == ("a",)


@pytest.mark.parametrize(
    ("path", "character"),
    [
        (".a", 1),
        ("a.", 3),
        ("a..b", 3),
        ("a[", 2),
        ("a]", 2),
        ("a[x]", 2),
        ("a[0", 2),
        ("a[0]b", 5),
        ("a[]b", 4),
        ("a.[0]", 3),
        ("a[--1]", 2),
        ("a[12345]", 2),
        ("a[+1]", 2),
        ("a[ 1]", 2),
        ("a[]].b", 4),
        ("[]a", 3),
        ("[].", 4),
        ("a[٣]", 2),
    ],
)
def test_an_odd_path_is_refused_at_its_first_wrong_character(path: str, character: int):
    with pytest.raises(ValueError, match=f"has no path at character {character}: write"):
        parse_path(path)


@pytest.mark.parametrize(
    "path", ["", "a" * (MAX_LENGTH + 1), "a." * MAX_LENGTH + "a", "a\0b", "a\n", "\x1b[2J", "\u202e"]
)
def test_a_path_is_printable_and_has_a_length(path: str):
    with pytest.raises(ValueError, match="must be a path of 1 to 200 printable characters"):
        parse_path(path)


def test_the_longest_path_is_read():
    assert parse_path("a" * MAX_LENGTH).parts == ("a" * MAX_LENGTH,)


@pytest.mark.parametrize("text", ["$", "$.order.number", "$[0].number", "$[].number"])
def test_a_json_path_is_refused_with_what_to_write(text: str):
    with pytest.raises(ValueError, match=r"is a JSONPath: write the path without \$\.\Z"):
        parse_path(text)


@pytest.mark.parametrize("text", ["$type", "data.$id", "a$"])
def test_a_name_may_begin_with_a_dollar(text: str):
    assert parse_path(text).text == text
