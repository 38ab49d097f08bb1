"""Where a program on this machine finds our receiver."""

from worker.settings import Address

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing listens here: these are addresses to connect to
"""The address to connect to, for a receiver that listens on all addresses."""


def local_url(listen: Address) -> str:
    """Return the URL of a receiver that listens on *listen*, without a path."""
    return f"http://{listen._replace(host=LOOPBACK.get(listen.host, listen.host))}"
