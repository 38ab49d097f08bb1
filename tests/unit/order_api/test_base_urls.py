"""Which base URLs are allowed: HTTPS anywhere, HTTP on loopback."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.order_api.base_urls import path_of, read_base_url


@pytest.mark.parametrize(
    ("text", "read", "path"),
    [
        ("https://api.example.com", "https://api.example.com", b""),
        ("https://api.example.com/", "https://api.example.com", b""),
        ("https://API.example.com:8443/api/v1/", "https://api.example.com:8443/api/v1", b"/api/v1"),
        ("https://example.com/a/../b/.", "https://example.com/b", b"/b"),
        ("http://localhost:8080/api", "http://localhost:8080/api", b"/api"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1", b""),
        ("http://127.9.9.9/x", "http://127.9.9.9/x", b"/x"),
        ("http://[::1]:8080/api/", "http://[::1]:8080/api", b"/api"),
        ("HTTPS://example.com:443", "https://example.com", b""),
        ("http://localhost:80/", "http://localhost", b""),
        ("https://example.com:/a", "https://example.com/a", b"/a"),
        ("https://example.com:00443", "https://example.com", b""),
        ("https://example.com/../..", "https://example.com", b""),
        ("https://api-1.example.com./v1.2/a_b~c", "https://api-1.example.com./v1.2/a_b~c", b"/v1.2/a_b~c"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a", b"/a"),
    ],
)
def test_a_base_url_is_read_in_its_normal_form(text, read, path):
    assert (read_base_url(text), path_of(read)) == (read, path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.example.com",
        "//api.example.com",
        "https://",
        "https:///api",
        "https://.example.com",
        "ftp://example.com",
        "http://example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://127.0.0.1@example.com",
        "https://user:secret@example.com",
        "https://example.com/?a=1",
        "https://example.com/?",
        "https://example.com/#a",
        "https://example.com/a b",
        "https://example.com/%2e%2e",
        "https://example.com/a//b",
        "https://example.com/a/../b;c",
        "https://exam ple.com",
        "https://example.com:99999",
        "https://example.com:0",
        "https://" + "a" * 70_000,
        "https://example.com\r\nX: y",
        "https://example.com\n",
        "https://example.com/\x00",
        "https://example.com/\x7f",
        " https://example.com",
        "https:\\\\example.com",
        "https://example.com\\@elsewhere.example",
        "https://example.com\\elsewhere",
        "https://@example.com",
        "https://user@example.com",
        "https://example.com:secret@elsewhere.example",
        "https://example.com?",
        "https://example.com#",
        "https://ex%61mple.com",
        "https://ex_ample.com",
        "https://exämple.com",
        "https://xn--exmple-cua.com",
        "https://api.xn--exmple-cua.com",
        "https://\uff45xample.com",
        "https://\u212aelvin.example",
        "http://localho\u017ft",
        "https://example。com",
        "https://example.com:+443",
        "https://example.com:4_43",
        "https://example.com:٤٤٣",
        "https://example.com: 443",
        "https://example.com:1:2",
        "https://1.2.3.256",
        "https://01.2.3.4",
        "http://127.1",
        "http://2130706433",
        "http://0x7f.0.0.1",
        "http://[::1%25lo]",
        "http://[::1%lo]",
        "http://[::2]",
        "https://[2001:DB8::1]",
        "http://[127.0.0.1]",
        "https://[::1",
        "https://::1",
        "https://[]",
        "https://example.com]",
        "https://example.com[1]/a",
        "https://example.comé/a",
        "https://example.com/a%2fb",
        "https://example.com/é",
    ],
)
def test_any_other_text_is_refused_without_being_repeated(text):
    with pytest.raises(ValueError, match=r"^(is|has|must)") as refused:
        read_base_url(text)
    assert "secret" not in str(refused.value)


PIECES = [
    *["https://", "HTTP://", "localhost", "[::1]", "127.0.0.1", "A.example", "xn--", "@", ":", "443", "080"],
    *["/", ".", "..", "%2e", "?", "#", "\\", "\t", "é", "[", "]", "a", "~", " "],
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_an_http_client_calls_exactly_the_url_that_was_allowed(text):
    try:
        url = read_base_url(text)
    except ValueError:
        return
    sent = httpx.URL(f"{url}/orders/7")
    assert str(sent) == f"{url}/orders/7"
    assert sent.raw_path == path_of(url) + b"/orders/7"
    assert sent.scheme == "https" or sent.host in {"localhost", "127.0.0.1", "::1"}
    assert not sent.userinfo
