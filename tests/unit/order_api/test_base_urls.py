"""Calls go where the settings plainly say, encrypted, or stay on this machine."""

import pytest

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
    ],
)
def test_a_base_url_is_read_without_its_last_slash(text, read, path):
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
    ],
)
def test_any_other_text_is_refused_without_being_repeated(text):
    with pytest.raises(ValueError, match=r"^(is|has|must)") as refused:
        read_base_url(text)
    assert "secret" not in str(refused.value)
