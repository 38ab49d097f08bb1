"""Which base URLs are allowed: HTTPS anywhere, HTTP on loopback."""

import ipaddress
import re
from urllib.parse import urlsplit

MAX_LENGTH = 2_000
PORTS = range(1, 65_536)
DEFAULT_PORTS = {"http": "80", "https": "443"}

# This splits loosely. Each part is checked afterwards, so that the error can name the part.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://(?P<user>[^/?#@]*@)?(?P<host>\[[^]/?#@]*\]|[^]\[/?#@:]*)(?P<port>:[^/?#@]*)?"
    r"(?P<path>(?:/[^?#]*)?)(?P<rest>[?#].*)?"
)
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]*|\[[0-9a-f:.]+\]")
_DOTTED_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_PORT = re.compile("[0-9]{1,5}")
# The path is sent and signed exactly as it is written, so it must not have anything that an HTTP client rewrites.
_PLAIN_PATH = re.compile("(?:/[A-Za-z0-9._~-]+)*")


def read_base_url(text: str) -> str:
    """Return *text* in its normal form: scheme and host in lower case, no default port, no slash at the end.

    The scheme must be HTTPS, or HTTP for this machine. A URL has a host, and may have a port and a path without encoded
    characters. Any other text raises ValueError, whose text completes "<key> …" and never contains the value.
    """
    if len(text) > MAX_LENGTH or not (text.isascii() and text.isprintable()):
        raise ValueError("is not a URL")
    parts = _URL.fullmatch(text)
    scheme = parts["scheme"].lower() if parts else ""
    if parts is None or scheme not in DEFAULT_PORTS:
        raise ValueError("must be an https:// URL with a host")
    host = _read_host(parts["host"])
    if scheme == "http" and not _is_loopback(host):
        raise ValueError("must use https:// unless it names this machine (localhost, 127.0.0.1, [::1])")
    port = _read_port(parts["port"] or ":")
    if parts["user"] or parts["rest"]:
        raise ValueError("must have no user, query or fragment")
    path = _without_dot_segments(parts["path"].rstrip("/"))
    if not _PLAIN_PATH.fullmatch(path):
        raise ValueError("must have a path of letters, digits and . _ ~ - only")
    return f"{scheme}://{host}{'' if port in {'', DEFAULT_PORTS[scheme]} else f':{port}'}{path}"


def path_of(base_url: str) -> bytes:
    """Return the path of *base_url*, a result of `read_base_url`, as it is sent; empty when it has none."""
    return urlsplit(base_url).path.encode()


def _read_host(text: str) -> str:
    """Return the host: a name in lower case, or an IP address. An IPv6 address is in brackets."""
    host = text if text.startswith("[") else text.lower()
    try:
        if host.startswith("["):
            ipaddress.IPv6Address(host[1:-1])
        elif _DOTTED_NUMBERS.fullmatch(host):
            ipaddress.IPv4Address(host)
    except ValueError as error:
        raise ValueError("is not a URL") from error
    # An encoded international name is refused: it can look like another name.
    if not _HOST.fullmatch(host) or any(label.startswith("xn--") for label in host.split(".")):
        raise ValueError("must be an https:// URL with a host")
    return host


def _read_port(port: str) -> str:
    """Return the number after the colon without leading zeros; empty when there is none."""
    digits = port.removeprefix(":")
    if digits and not (_PORT.fullmatch(digits) and int(digits) in PORTS):
        raise ValueError("has a port that does not exist")
    return str(int(digits)) if digits else ""


def _without_dot_segments(path: str) -> str:
    """Return *path* without `.` and `..`, as every HTTP client sends it (RFC 3986, 5.2.4)."""
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            segments[-1:] = []
        elif segment != ".":
            segments.append(segment)
    return "".join(f"/{segment}" for segment in segments)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
