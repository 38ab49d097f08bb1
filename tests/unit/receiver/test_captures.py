"""A captured request is described without the values of its headers and its query, one of which may be a secret."""

import pytest

from webhook_receiver.profiles.captures import MAX_NAMES, captured
from webhook_receiver.requests import Request


def query_of(query: str) -> str:
    request = Request("POST", f"/webhooks/new?{query}".encode(), {"x-token": "s3cret-of-header"}, b"body")
    detail = captured("new", request, 0).detail
    assert "s3cret" not in detail
    assert detail.startswith("POST; headers: x-token (16); query:")
    return detail.partition("query:")[2]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("token=s3cret", "token (6)"),
        ("a%20b=s3cret%3D&c+d=1", "a b (7), c d (1)"),
        ("token=a-token&s3cret", "token (7), (6)"),
        ("s3cret-in-base64==&x=1", "(18), x (1)"),
        ("s3cret=", "(7)"),
        ("=s3cret", "(6)"),
        ("a=b=s3cret", "a (8)"),
        ("&&a=1&", "a (1)"),
        ("", ""),
    ],
)
def test_a_field_of_the_query_has_its_name_and_the_length_of_its_value_or_only_its_own_length(query: str, shown: str):
    assert query_of(query).strip() == shown


def test_only_the_first_fields_are_named():
    assert query_of("&".join(f"f{number}=x" for number in range(500))).count(" (1)") == MAX_NAMES
