"""Which connections are closed when there are too many: rules as functions of values."""

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from ipaddress import IPv6Address
from typing import NamedTuple


class Use(IntEnum):
    """What a connection is used for, the least useful first."""

    ANSWERED = 0
    """It closes after an answer, or its sender has not yet taken the answer."""
    IDLE = 1
    """It waits for its next request."""
    SENDING = 2
    """Its request is not yet whole. A new connection is one of these."""
    WAITING = 3
    """Its request is whole, and its answer is not yet made, or not yet sent. It is never closed to make room."""


class Standing(NamedTuple):
    """A connection of *network* is used for *use* since *since* (seconds)."""

    network: str
    use: Use
    since: float


def network_of(address: str) -> str:
    """Return who has *address*, as text: the address itself, or its first 64 bits if it is one of IPv6.

    A single machine usually has 64 bits of IPv6 addresses. An IPv4 address in the form of IPv6 is one of IPv4.
    """
    if ":" not in address:
        return address
    ip = IPv6Address(address.partition("%")[0])
    return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))


def to_close(connections: Sequence[Standing], count: int) -> list[int]:
    """Return the indexes of up to *count* connections to close, so that those of others get room.

    The networks with the most connections lose some first. Within a network, it is the least useful ones, and of these
    the oldest. Connections whose request is whole keep their place.
    """
    from_the_most_useful = sorted(
        range(len(connections)), key=lambda index: (connections[index].use, connections[index].since), reverse=True
    )
    rank, ranks = Counter[str](), {}
    for index in from_the_most_useful:
        network = connections[index].network
        ranks[index] = rank[network]
        rank[network] += 1
    closable = [index for index in reversed(from_the_most_useful) if connections[index].use is not Use.WAITING]
    return sorted(closable, key=lambda index: -ranks[index])[:count]
