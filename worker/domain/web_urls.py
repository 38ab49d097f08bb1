"""URLs of tracking pages. The merchant and the customer follow them, so they must lead where they seem to lead."""

import re
from collections.abc import Collection
from urllib.parse import quote

from worker.domain.hosts import is_own_network

MAX_URL = 500
"""Characters of a URL, short enough for an order's notes."""
# Without re.ASCII, letters such as U+017F and U+212A match as the ASCII letters that they become in the other case.
_ANY_CASE = re.IGNORECASE | re.ASCII
_URL = re.compile(r"(?P<site>https?://)(?P<authority>[^/?#]*)(?P<rest>[^#]*(?:#[^#]*)?)", _ANY_CASE)
_REFUSED = re.compile(r"[\s<>\"\\`]")
# A host name (RFC 1123) with at least two labels. Its last label has letters only, so it is no form of an IP address.
_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z]{{2,63}}", _ANY_CASE)
_MAX_HOST = 253
_BAD_ESCAPE = re.compile(r"%(?:[01][0-9a-f]|7f|(?![0-9a-f]{2}))", _ANY_CASE)
_SAFE = "/?#%:@!$&()*+,;=~"


def read_web_url(text: str, hosts: Collection[str] = ()) -> str:
    """Return *text*, a URL of http or https, with an escape for each character that a URL cannot have.

    Its host is a domain name in ASCII that can be registered on the Internet; so it is no IP address, and mixes no
    scripts. It has no user, password or port.
    If there are *hosts*, its host is one of them or below one of them.
    Raises ValueError; the error's text completes "the URL …", and never has the URL.
    """
    match = _URL.fullmatch(text) if len(text) <= MAX_URL and text.isprintable() else None
    if match is None or _REFUSED.search(text):
        raise ValueError("is no URL of http or https")
    _require_host(match["authority"], hosts)
    if _BAD_ESCAPE.search(match["rest"]):
        raise ValueError("has an escape that hides a control character, or is none")
    url = match["site"] + match["authority"] + quote(match["rest"], safe=_SAFE)
    if len(url) > MAX_URL:
        raise ValueError(f"is longer than {MAX_URL} characters")
    return url


def shown_web_url(text: str) -> str:
    """Return *text* as `read_web_url` does; empty if it is no such URL."""
    try:
        return read_web_url(text) if text else ""
    except ValueError:
        return ""


def is_host_name(text: str) -> bool:
    """Tell whether *text* is a domain name in ASCII: no IP address, no punycode, no name without a dot, no port."""
    return len(text) <= _MAX_HOST and _HOST.fullmatch(text) is not None


def _require_host(authority: str, hosts: Collection[str]) -> None:
    if not authority:
        raise ValueError("is no URL of http or https")
    if "@" in authority:
        raise ValueError("has a user or a password")
    if not is_host_name(authority.partition(":")[0]):
        raise ValueError("has a host that is no domain name: an IP address, punycode, or a name without a dot")
    if ":" in authority:
        raise ValueError("has a port")
    if is_own_network(authority):
        raise ValueError("has a host of a network of one's own")
    if hosts and not any(f".{authority.lower()}".endswith(f".{host.lower()}") for host in hosts):
        raise ValueError("has a host that the source's tracking_hosts do not list")
