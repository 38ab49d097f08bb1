"""A path that can lead to nothing, beside what must be in the document, is an error: else all would be lost."""

import pytest

from tests.support.invented import STATUS, delivery, flaws, names, profile

ARRAY = {
    "read": 'number = "[].ref"',
    "status": 'from = "[].state"\nrows = [["D", "delivered"]]',
}


def test_a_name_at_the_top_of_an_array_is_an_error():
    (flaw,) = flaws(document='each = "[]"\nonly = { type = ["x"] }', **ARRAY)
    assert flaw == "document.only has type, which can have no text beside [] of document.each"
    (flaw,) = flaws(document='each = "[]"\nskip = { "meta.test" = [true] }', **ARRAY)
    assert flaw == "document.skip has meta.test, which can have no text beside [] of document.each"
    (flaw,) = flaws(document='each = "[]"', read='number = "[].ref"\nnote = "note"', status=ARRAY["status"])
    assert flaw == "read.note has note, which can have no text beside [] of document.each"


def test_a_list_has_no_text():
    read, status = 'number = "d[].ref"', 'from = "d[].state"\nrows = [["D", "delivered"]]'
    (flaw,) = flaws(document='each = "d[]"\nonly = { d = ["x"] }', read=read, status=status)
    assert flaw == "document.only has d, which can have no text beside d[] of document.each"
    (flaw,) = flaws(document='each = "d[]"', read=f'{read}\ntime = "d"', status=status)
    assert flaw == "read.time has d, which can have no text beside d[] of document.each"


@pytest.mark.parametrize(
    ("document", "read", "key"),
    [
        ('only = { "a.b" = ["x"] }', 'number = "a[0]"', "read.number"),
        ('only = { "a[0]" = ["x"] }', 'number = "a.b"', "read.number"),
        ('only = { "[0].x" = ["x"] }', 'number = "ref"', "read.number"),
        ('skip = { "a.b" = ["x"] }', 'number = "a[0].c"', "read.number"),
        ('skip = { "a.b" = [""] }', 'number = "a[0].c"', "read.number"),
        ('only = { "a.b" = ["x", ""] }', 'number = "a[0].c"', "read.number"),
        ('only = { a = ["x"] }', 'number = "a.b"', "read.number"),
        ('only = { "a.b" = ["x"] }', 'number = "a"', "read.number"),
        ('only = { "a.b" = ["x"] }', 'number = "ref"\ntime_parts = ["day", "a[0]"]', "read.time_parts"),
        ('only = { "a.b" = ["x"] }', 'number = "ref"\nkey = ["ref", "a[-1].x"]', "read.key"),
        ('only = { "a.b" = ["x"] }', 'number = ["a[0]", "a[1].b", "[0]"]', "read.number"),
        ('only = { "a.b" = ["x"], "a.c" = ["x"] }', 'number = "a[0]"', "read.number"),
        ('only = { "a.b" = ["x"], "a[0]" = ["x"] }', 'number = "ref"', "document.only"),
        ('only = { "a.b" = ["x"], a = ["x"] }', 'number = "ref"', "document.only"),
        ('only = { "a.b" = ["x"], "a[0]" = [""] }', 'number = "ref"', "document.only"),
        ('only = { "a[0]" = [""], "a.b" = ["x"] }', 'number = "ref"', "document.only"),
        ('only = { "a.b" = ["x"] }\nskip = { "a[0]" = ["x"] }', 'number = "ref"', "document.skip"),
    ],
)
def test_paths_that_cannot_be_in_one_document_are_an_error(document: str, read: str, key: str):
    status = 'from = "[0].state"\nrows = [["D", "delivered"]]' if "[0].x" in document else STATUS
    (flaw,) = flaws(document=document, read=read, status=status)
    assert flaw.startswith(f"{key} has ")
    assert "which can have no text beside " in flaw


@pytest.mark.parametrize(
    ("document", "read"),
    [
        # Two generations of a format: of the alternatives, one is possible.
        ('only = { "data.type" = ["x"] }', 'number = ["data.ref", "data[0].ref"]'),
        ('skip = { "data.test" = [true], "data[0].test" = [true] }', 'number = ["data.ref", "data[0].ref"]'),
        ('only = { "data.type" = ["x", ""], "data[0].type" = ["x", ""] }', 'number = ["data.ref", "data[0].ref"]'),
        ("", 'number = "data.ref"\ntracking = "data[0].awb"'),
        ('only = { order = ["x"] }', 'number = ["order.ref", "order"]'),
        # A field that is missing, or false, beside one that has parts.
        ('skip = { order = [""] }', 'number = "order.ref"'),
        ("skip = { order = [false] }", 'number = "order.ref"'),
        ('only = { "order.type" = ["x", ""] }', 'number = "order"'),
        ('only = { "order.type" = ["x"] }\nskip = { order = [false] }', 'number = "order.ref"'),
        # What is a list or an object can be a part of a key.
        ('only = { "order.type" = ["x"] }', 'number = "ref"\nkey = ["order", "ref"]'),
        # Several elements, and fields, of the same.
        ('only = { "a[0].b" = ["x"] }', 'number = "a[1].b"\ntracking = "a[-1].c"'),
        ('only = { "a.b" = ["x"] }', 'number = "a.b"\ntracking = "a.c"\nnote = "ab[0]"'),
    ],
)
def test_paths_that_can_be_in_one_document_are_none(document: str, read: str):
    assert flaws(document=document, read=read) == ()


def test_one_element_of_the_list_of_each_can_be_named():
    document = 'each = "d[]"\nonly = { "d[0].type" = ["x"] }\nskip = { d = [false], "d[].test" = [true] }'
    chosen = profile(
        document=document, read='number = "d[].ref"', status='from = "d[].state"\nrows = [["D", "delivered"]]'
    )
    assert names(delivery(chosen, {"d": [{"type": "x", "ref": "1", "state": "D"}]})) == ["delivered"]


def test_alternatives_are_shown_together():
    (flaw,) = flaws(document='only = { "a.b" = ["x"] }', read='number = ["a[0]", "a[1]"]')
    assert flaw == "read.number has a[0], a[1], which can have no text beside a.b of document.only"


FORM = 'content = "form"'


@pytest.mark.parametrize(
    ("document", "read", "key"),
    [
        ("", 'number = "a.b"', "read.number has a.b"),
        ("", 'number = ["ref", "a[0]"]', "read.number has a[0]"),
        ("", 'number = "ref"\ntime_parts = ["day", "at.hour"]', "read.time_parts has at.hour"),
        ('only = { "meta.type" = ["x"] }', 'number = "ref"', "document.only has meta.type"),
        ('skip = { "[0]" = ["x"] }', 'number = "ref"', "document.skip has [0]"),
        ('each = "d[]"', 'number = "d[].ref"', "document.each has d[]"),
        ('each = "[]"', 'number = "[].ref"', "document.each has []"),
        ('unwrap = "a.b"', 'number = "a.b"', "document.unwrap has a.b"),
    ],
)
def test_a_field_of_a_form_has_no_parts(document: str, read: str, key: str):
    status = 'from = "[].state"\nrows = [["D", "delivered"]]' if '"[]"' in document else STATUS
    (flaw,) = flaws(top=FORM, document=document, read=read, status=status)
    assert flaw == f"{key}, but a field of a form is one name, and its value is a text"


def test_the_document_in_a_field_of_a_form_has_parts():
    document = 'unwrap = "json"\nonly = { "a.type" = ["x"] }'
    assert flaws(top=FORM, document=document, read='number = "a.b"') == ()
    (flaw,) = flaws(top=FORM, document=document, read='number = "a[0]"')
    assert flaw == "read.number has a[0], which can have no text beside a.type of document.only"
