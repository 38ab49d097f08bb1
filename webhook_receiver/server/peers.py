"""Who sends a request: the address of the client, as far as trusted proxies tell it, and whether it is this machine."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Network = IPv4Network | IPv6Network

FORWARDING_HEADERS = frozenset(
    {
        *("cdn-loop", "cf-connecting-ip", "client-ip", "fastly-client-ip", "forwarded", "true-client-ip", "via"),
        *("x-client-ip", "x-cluster-client-ip", "x-original-forwarded-for", "x-real-ip"),
    }
)
"""The headers by which a proxy shows that it forwards a request; so do all that begin with `x-forwarded`."""
MAX_HOPS = 16
"""How many addresses of `X-Forwarded-For` are read. A longer chain of trusted proxies is a mistake or a forgery."""
_WITH_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+):[0-9]{1,5}")
_LOOPBACK_HOST = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII)


def peer_of(address: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the IP address of the client, as text; empty if *address* is none.

    *address* is that of the connection. While it is in a *trusted* network, it is a proxy, and the client is the last
    address in *forwarded_for*, the header `X-Forwarded-For`; and so on to the left. What a client itself has written
    there stands further left than the first address that no trusted proxy has, so it is never read.
    """
    peer = _address(address)
    for hop in _from_the_right(forwarded_for):
        if not _is_in(peer, trusted) or (client := _address(hop)) is None:
            break
        peer = client
    return str(peer or "")


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Tell whether *address* is that of a proxy in one of the *trusted* networks."""
    return _is_in(_address(address), trusted)


def is_loopback(address: str) -> bool:
    """Tell whether *address* is one by which this machine reaches itself."""
    peer = _address(address)
    return peer is not None and peer.is_loopback


def is_local(address: str, host: str, headers: Iterable[str]) -> bool:
    """Tell whether a client on this machine asks for this machine, and no proxy shows that it forwards the request.

    *address* is that of the connection, *host* the header `Host`, *headers* the names of all headers in lower case. A
    page in a browser can make any name of its own lead to this machine, and then the browser sends that name as `Host`.
    A forwarder that adds no header and names us by a loopback address cannot be told from a client on this machine.
    """
    return is_loopback(address) and _LOOPBACK_HOST.fullmatch(host) is not None and not any(map(_forwards, headers))


def _forwards(header: str) -> bool:
    return header in FORWARDING_HEADERS or header.startswith("x-forwarded")


def _from_the_right(forwarded_for: str) -> list[str]:
    return [hop.strip() for hop in reversed(forwarded_for.rsplit(",", MAX_HOPS)[-MAX_HOPS:])] if forwarded_for else []


@lru_cache(1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address in *text*, which may have a port; an IPv4 address in the form of IPv6 is one of IPv4."""
    if with_port := _WITH_PORT.fullmatch(text):
        text = with_port[1] or with_port[2]
    with suppress(ValueError):
        address = ip_address(text.partition("%")[0])
        return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    return None


def _is_in(address: IPv4Address | IPv6Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)
