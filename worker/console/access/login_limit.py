"""How often somebody may try a password: rules in memory, of bounded size."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import TypeVar

TRIES_AT_ONCE = 8
"""Wrong passwords in a row."""
SECONDS_OF_A_TRY = 30.0
"""After those, one more in this time."""
MAX_KEYS = 10_000
_IPV6_NETWORK_BITS = 64
K = TypeVar("K")
V = TypeVar("V")


class LoginLimit:
    """Counts the tries of each address and for each name. *clock* is in seconds.

    Whoever has logged in from an address does not wait there because others try that name elsewhere.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        # When the tries of an address or for a name are all used up again, were there no more of them.
        self._addresses: OrderedDict[str, float] = OrderedDict()
        self._names: OrderedDict[str, float] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, address: str, name: str) -> float:
        """Take one try, and return 0; if there is none, return for how many seconds to wait."""
        peer = network_of(address)
        with self._lock:
            now, lists = self._clock(), list(self._lists(peer, name))
            used_until = max(_used_until(table, key, now) for table, key in lists)
            if (wait := used_until - now - (TRIES_AT_ONCE - 1) * SECONDS_OF_A_TRY) > 0:
                return wait
            for table, key in lists:
                _put(table, key, _used_until(table, key, now) + SECONDS_OF_A_TRY)
        return 0.0

    def give_back(self, address: str, name: str, *, is_known: bool = False) -> None:
        """Give back a try of which no password was found wrong.

        *is_known*: it was right, so remember that *name* logs in from *address*.
        """
        peer = network_of(address)
        with self._lock:
            for table, key in self._lists(peer, name):
                if key in table:
                    table[key] -= SECONDS_OF_A_TRY
            if is_known:
                _put(self._known, (peer, name), None)

    @property
    def size(self) -> int:
        """How many addresses, names and logins are remembered."""
        return len(self._addresses) + len(self._names) + len(self._known)

    def _lists(self, peer: str, name: str) -> Iterable[tuple[OrderedDict[str, float], str]]:
        yield self._addresses, peer
        if (peer, name) not in self._known:
            yield self._names, name


def network_of(address: str) -> str:
    """Return the address whose tries are counted: of IPv6, the network of 64 bits, because one sender has all of it."""
    try:
        peer = ip_address(address)
    except ValueError:
        return ""
    if isinstance(peer, IPv6Address):
        return str(ip_network((peer, _IPV6_NETWORK_BITS), strict=False))
    return str(peer)


def _used_until(table: OrderedDict[str, float], key: str, now: float) -> float:
    return max(table.get(key, now), now)


def _put(table: OrderedDict[K, V], key: K, value: V) -> None:
    table[key] = value
    table.move_to_end(key)
    if len(table) > MAX_KEYS:
        table.popitem(last=False)
