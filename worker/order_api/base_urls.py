"""Base URLs: the one place where it is decided whither calls may go."""

import ipaddress
import re

import httpx

# What is written here travels, and is signed, as it stands: nothing that a client would rewrite on the way.
_PLAIN_PATH = re.compile("(?:/[A-Za-z0-9._~-]+)*")
PORTS = range(1, 65_536)


def read_base_url(text: str) -> str:
    """Return *text* without a trailing slash; raises ValueError, saying why, unless calls may go there.

    HTTPS, or HTTP to this very machine; a host, perhaps a port and a plain path, and nothing else.
    """
    try:
        url = httpx.URL(text.rstrip("/"))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ValueError("is not a URL") from error
    if url.scheme not in {"http", "https"} or not re.fullmatch(r"[a-z0-9:][a-z0-9.:-]*", url.host):
        raise ValueError("must be an https:// URL with a host")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise ValueError("must use https:// unless it names this machine (localhost, 127.0.0.1, [::1])")
    if url.port is not None and url.port not in PORTS:
        raise ValueError("has a port that does not exist")
    if url.userinfo or url.query or url.fragment or "?" in text or "#" in text:
        raise ValueError("must have no user, query or fragment")
    if not _PLAIN_PATH.fullmatch(url.raw_path.decode().rstrip("/")):
        raise ValueError("has a path that is not made of plain words")
    return str(url).rstrip("/")


def path_of(base_url: str) -> bytes:
    """Return the path of a base URL as it travels, without a trailing slash; empty when it has none."""
    return httpx.URL(base_url).raw_path.rstrip(b"/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
