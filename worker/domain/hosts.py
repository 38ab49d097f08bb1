"""Hosts of a network of one's own, told from others by their names alone."""

from ipaddress import ip_address

_OWN_SUFFIXES = (".localhost", ".localdomain", ".local", ".internal", ".lan", ".svc", ".home.arpa")


def is_own_network(host: str) -> bool:
    """Tell whether *host* is on this machine, or on a network that belongs to the same people.

    That is a Unix socket or no host at all, a private, link-local or loopback IP address, a name without a dot, as
    containers have it, and a name that cannot be registered on the Internet.
    """
    if not host or host.startswith(("/", "@")):
        return True
    try:
        return not ip_address(host.strip("[]").partition("%")[0]).is_global
    except ValueError:
        name = host.rstrip(".").lower()
        return "." not in name or name.endswith(_OWN_SUFFIXES)
