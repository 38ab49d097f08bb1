"""The file of a sample: JSON, a raw HTTP request, or a bare body."""

import json

import pytest

from worker.cli.sources.samples import Sample, read_sample
from worker.domain.errors import IllegalRequest

RAW = b"POST /webhooks/x?token=t HTTP/1.1\r\nHost: shop.example\r\nX-Sig:  abc \r\n\r\n"


def target(sample: Sample) -> str:
    assert sample.request is not None
    return sample.request.target.decode()


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_raw_request_has_its_parts_and_the_body_byte_by_byte(end: bytes):
    body = b'{"a":\r\n1}\n\n'
    sample = read_sample(RAW.replace(b"\r\n", end) + body)
    assert sample.request is not None
    assert sample.request.method == "POST"
    assert target(sample) == "/webhooks/x?token=t"
    assert sample.request.headers == {"host": "shop.example", "x-sig": "abc"}
    assert sample.body == sample.request.body == body
    assert sample.notes == ()


def test_a_request_line_needs_no_version_and_a_request_no_body():
    sample = read_sample(b"GET /webhooks/x\nX-A: 1\nX-A: 2\n")
    assert sample.request is not None
    assert (sample.request.method, sample.body) == ("GET", b"")
    assert sample.request.headers == {"x-a": "1,2"}


def test_bytes_of_a_header_are_latin_1():
    sample = read_sample(RAW.replace(b"abc", "é".encode()))
    assert sample.request is not None
    assert sample.request.headers["x-sig"] == "é".encode().decode("latin-1")


def with_length(length: object) -> bytes:
    return RAW[:-2] + f"Content-Length: {length}\r\n\r\n".encode()


def test_the_newline_that_an_editor_adds_is_cut_off_by_the_content_length():
    sample = read_sample(with_length(2) + b"{}\n")
    assert sample.body == b"{}"
    assert sample.notes == ("the line break behind the body is cut off: Content-Length is 2",)


@pytest.mark.parametrize(("length", "body"), [(3, b"{}"), (1, b"{}")])
def test_a_body_of_another_length_is_said(length: int, body: bytes):
    sample = read_sample(with_length(length) + body)
    assert sample.body == body
    assert sample.notes == (f"the body has 2 bytes, but Content-Length is {length}: it is not as it came",)


@pytest.mark.parametrize("length", [2, "two"])
def test_a_length_that_is_right_or_none_says_nothing(length: object):
    assert read_sample(with_length(length) + b"{}").notes == ()


def test_a_line_that_is_no_header_is_named():
    with pytest.raises(IllegalRequest, match="line 4 of the sample is no header"):
        read_sample(RAW.removesuffix(b"\r\n") + b"{}\n")


def test_a_json_sample_has_secrets_and_options():
    document = {
        "method": "put",
        "path": "/webhooks/x",
        "headers": {"X-Sig": "é"},
        "body": "{}",
        "secrets": {"signature": ["a", "b"], "token": "c"},
        "options": {"header": "X"},
        "expect": {},
    }
    sample = read_sample(json.dumps(document).encode())
    assert sample.request is not None
    assert sample.request.method == "PUT"
    assert sample.request.headers == {"x-sig": "é".encode().decode("latin-1")}
    assert sample.body == b"{}"
    assert sample.secrets == {"signature": ["a", "b"], "token": ["c"]}
    assert sample.options == {"header": "X"}
    assert "a" not in repr(sample).partition("secrets")[2]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"no json", b"[1]", b'{"body": "x"}', b'{"method": "shipped", "data": []}', b"\xff"]
)
def test_anything_else_is_a_bare_body(body: bytes):
    assert read_sample(body) == Sample(body)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"body": {}}, "body must be a text"),
        ({"method": 1}, "method must be a text"),
        ({"path": None}, "path must be a text"),
        ({"headers": {"X": 1}}, "headers must be an object of texts"),
        ({"headers": []}, "headers must be an object of texts"),
        ({"options": "x"}, "options must be an object of texts"),
        ({"secrets": "s"}, "secrets must be an object"),
        ({"secrets": {"token": [1]}}, "secrets must be texts that are not empty"),
        ({"secrets": {"token": ""}}, "secrets must be texts that are not empty"),
    ],
)
def test_a_wrong_part_of_a_json_sample_is_named(changes: dict[str, object], sentence: str):
    document = {"method": "POST", "path": "/", "headers": {}, "body": ""} | changes
    with pytest.raises(IllegalRequest, match=sentence):
        read_sample(json.dumps(document).encode())
