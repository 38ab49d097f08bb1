"""How a program on this machine reaches a server of ours that listens on an address of the settings."""

from worker.settings import Address

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing listens here: these are addresses to connect to
"""The address to connect to, for a server that listens on all addresses."""


def reachable(listen: Address) -> Address:
    """Return the address at which this machine reaches a server that listens on *listen*."""
    return listen._replace(host=LOOPBACK.get(listen.host, listen.host))


def local_url(listen: Address) -> str:
    """Return the URL of a server that listens on *listen*, without a path."""
    return f"http://{reachable(listen)}"
