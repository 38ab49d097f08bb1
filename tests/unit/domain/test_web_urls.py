"""A tracking URL leads where it seems to lead."""

import ipaddress
import re
import sys
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.web_urls import is_host_name, read_web_url, shown_web_url

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True).filter(
    lambda label: not label.startswith("xn--")
)
HOSTS = st.builds(
    lambda labels, last: ".".join([*labels, last]), st.lists(LABELS, min_size=1, max_size=3), st.just("example")
)
LOOKALIKES = re.findall(r"[a-z\d]", "".join(map(chr, range(0x80, sys.maxunicode + 1))), re.IGNORECASE)
"""All characters beyond ASCII that an expression may take for an ASCII letter in any case, or for a digit."""
NO_HOST = "has a host that is no domain name"


@pytest.mark.parametrize(
    "url",
    [
        "https://track.example/TRK1",
        "http://track.example",
        "HTTPS://Track.Example/a/b?c=d&e=f",
        "https://t.example/#/track?id=1",
        "https://a-b.c1.co.uk/x;y=1,2/@me/(1)/~z*!$&+=:",
        "https://t.example/%D8%AA?q=a%20b",
    ],
)
def test_a_url_of_a_host_with_a_name_is_taken_as_it_is(url: str):
    assert read_web_url(url) == url


@pytest.mark.parametrize(
    ("url", "escaped"),
    [
        ("https://t.example/1?a=ü", "https://t.example/1?a=%C3%BC"),
        ("https://t.example/تتبع/1", "https://t.example/%D8%AA%D8%AA%D8%A8%D8%B9/1"),
        ("https://t.example/[x](y)'z", "https://t.example/%5Bx%5D(y)%27z"),
        ("https://t.example/{1}|^2", "https://t.example/%7B1%7D%7C%5E2"),
    ],
)
def test_characters_that_a_url_cannot_have_are_escaped(url: str, escaped: str):
    assert read_web_url(url) == escaped
    assert read_web_url(escaped) == escaped


@pytest.mark.parametrize(
    ("url", "flaw"),
    [
        ("https://user:pass@track.example/", "has a user or a password"),
        ("https://track.example@evil.example/", "has a user or a password"),
        ("https://track.example%40evil.example/", NO_HOST),
        ("https://track.example:8443/", "has a port"),
        ("https://track.example:/", "has a port"),
        ("https://127.0.0.1/", NO_HOST),
        ("https://127.1/", NO_HOST),
        ("https://2130706433/", NO_HOST),
        ("https://0x7f000001/", NO_HOST),
        ("https://0x7f.0.0.0x1/", NO_HOST),
        ("https://0177.0.0.01/", NO_HOST),
        ("https://[::1]/", NO_HOST),
        ("https://[::ffff:127.0.0.1]:80/", NO_HOST),
        ("https://localhost/", NO_HOST),
        ("https://track.example./", NO_HOST),
        ("https://.example/", NO_HOST),
        ("https://-a.example/", NO_HOST),
        ("https://xn--trck-loa.example/", NO_HOST),
        ("https://track.XN--P1AI/", NO_HOST),
        ("https://tr\u0430ck.example/", NO_HOST),
        ("https://track\u3002example/", NO_HOST),
        ("https://\uff54rack.example/", NO_HOST),
        ("https://" + "a." * 130 + "example/", NO_HOST),
        ("https://" + "a" * 64 + ".example/", NO_HOST),
        ("https://t.example/%0d%0aX", "has an escape that hides a control character, or is none"),
        ("https://t.example/%zz", "has an escape that hides a control character, or is none"),
        ("https://t.example/" + "ü" * 200, "is longer than 500 characters"),
        *(
            (url, "is no URL of http or https")
            for url in (
                *(
                    "",
                    "t.example/1",
                    "//t.example/",
                    "javascript:alert(1)",
                    "ftp://t.example/",
                    "https://",
                    "https:///1",
                ),
                *("https://t.example/a b", 'https://t.example/"><script>', "https://t.example\\@evil.example/"),
                *(
                    "https://t.example/\u202e",
                    "https://t.example/\u200b",
                    "https://t.example/#a#b",
                    "https://t.example/`1`",
                ),
                *("https://t.example/\n", " https://t.example/", "https://t.example/" + "x" * 500),
            )
        ),
    ],
)
def test_a_url_that_may_lead_elsewhere_is_refused(url: str, flaw: str):
    with pytest.raises(ValueError, match=f"^{flaw}"):
        read_web_url(url)
    assert shown_web_url(url) == ""


@given(HOSTS)
def test_a_host_that_is_listed_and_each_below_it_are_taken_and_no_other(host: str):
    url, below = f"https://{host}/1", f"https://a.{host.upper()}/1"
    assert (read_web_url(url, {host}), read_web_url(below, {host})) == (url, below)
    for other in (f"https://evil-{host}/", f"https://{host}.evil.example/"):
        with pytest.raises(ValueError, match="tracking_hosts"):
            read_web_url(other, {host})


@given(st.text(max_size=40), st.sampled_from(["", "https://", "http://t.example", "https://t.example/", "https://a@"]))
def test_whatever_is_taken_is_ascii_and_has_a_host_that_is_a_name(text: str, begin: str):
    url = shown_web_url(begin + text)
    if url:
        parts = urlsplit(url)
        assert url.isascii()
        assert url.isprintable()
        assert (parts.scheme, parts.username, parts.port) in {("http", None, None), ("https", None, None)}
        assert parts.netloc.lower() == parts.hostname
        assert is_host_name(parts.netloc)
        assert shown_web_url(url) == url


def test_no_character_beyond_ascii_passes_for_a_letter_or_a_digit():
    assert {"\u0131", "\u0130", "\u017f", "\u212a", "\u0661"} <= {*LOOKALIKES}
    for begin in (
        "https://{}.example/",
        "https://t.example{}/",
        "https://a{0}{0}.example{0}/",
        "http{}://t.example/",
        "https://t.example/%0{}",
    ):
        assert not any(shown_web_url(begin.format(character)) for character in LOOKALIKES)
    assert not any(is_host_name(f"a.{character}example") for character in LOOKALIKES)


@pytest.mark.parametrize("host", ["x.local", "metadata.google.internal", "nas.home.arpa", "a.LAN", "db.default.svc"])
def test_a_host_of_ones_own_network_is_refused_whatever_the_source_lists(host: str):
    with pytest.raises(ValueError, match="has a host of a network of one's own"):
        read_web_url(f"https://{host}/", {host.lower()})


@given(st.ip_addresses())
def test_no_ip_address_is_a_host_name(address: ipaddress.IPv4Address | ipaddress.IPv6Address):
    forms = (str(address), f"[{address}]", str(int(address)), hex(int(address)), oct(int(address)))
    assert not any(map(is_host_name, forms))


class Unread(str):
    """A text that must not be looked through."""

    __slots__ = ()

    def isprintable(self) -> bool:
        raise AssertionError("all of it was looked at")


def test_a_text_that_is_longer_than_a_url_is_none_and_is_not_looked_through():
    assert shown_web_url(Unread("https://t.example/" + "x" * 500)) == ""
