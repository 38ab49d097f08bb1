"""How much a process of the receiver takes at once."""

from collections.abc import Callable
from typing import NamedTuple

from webhook_receiver.server.peers import is_loopback


class Limits(NamedTuple):
    """The most that strangers can occupy of one process."""

    connections: int = 900
    """A process may usually open 1,024 files, and the database and the broker need some."""
    of_one_address: int = 200
    """Connections of one address, or of one network of 64 bits of IPv6."""
    is_proxy: Callable[[str], bool] = is_loopback
    """Tells of an address whether many clients come from it, so that it may have all connections."""
    held_bytes: int = 67_108_864
    """Memory for all requests without an answer together, whether they are whole or not."""
