"""Reads the values of settings: durations, time zones, addresses, lists, tables and names.

Each function raises ValueError for a wrong value. The text completes "<key> …" and never contains the value.
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, TypeAdapter, ValidationError

UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}

_AMOUNT = re.compile("([0-9]{1,7})(ms|s|m|h|d|w)")
_ISO_8601 = TypeAdapter(timedelta)
_NAME = re.compile("[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})")
_MAX_PORT = 65_535
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Address(NamedTuple):
    """A host and a port to listen on. As text, an IPv6 address is in brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_duration(value: object) -> timedelta:
    """Read a duration such as `72h`, or one in ISO 8601."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        if amount := _AMOUNT.fullmatch(value):
            return int(amount[1]) * UNITS[amount[2]]
        if value.startswith("P"):
            with suppress(ValidationError):
                return _ISO_8601.validate_python(value)
    raise ValueError("must be a duration such as 250ms, 5m, 72h, 90d or PT5M")


def one_of(names: Iterable[str]) -> Callable[[str], str]:
    """Return a check that raises ValueError, which lists *names*, for a text that is not one of them."""
    allowed = tuple(names)

    def check(name: str) -> str:
        if name not in allowed:
            raise ValueError(f"must be one of: {', '.join(allowed)}")
        return name

    return check


def between(low: str, high: str) -> Callable[[timedelta], timedelta]:
    """Return a check that raises ValueError for a duration shorter than *low* or longer than *high*."""
    shortest, longest = read_duration(low), read_duration(high)

    def check(duration: timedelta) -> timedelta:
        if not shortest <= duration <= longest:
            raise ValueError(f"must be a duration from {low} to {high}")
        return duration

    return check


def read_timezone(value: object) -> ZoneInfo:
    """Read the name of a time zone, such as `Asia/Riyadh`."""
    if isinstance(value, ZoneInfo):
        return value
    # A path outside of the time zone database raises ValueError; a folder in it (“America”) raises OSError.
    with suppress(KeyError, ValueError, OSError):
        if isinstance(value, str):
            return ZoneInfo(value)
    raise ValueError("must be a time zone such as Asia/Riyadh or UTC")


def read_address(value: object) -> Address:
    """Read `127.0.0.1:8000`, `[::1]:8000` or `name:8000`."""
    if isinstance(value, Address):
        return value
    parts = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if parts and int(parts["port"]) <= _MAX_PORT:
        with suppress(ValueError):
            host = str(ipaddress.IPv6Address(parts["ipv6"])) if parts["ipv6"] else parts["host"]
            return Address(host, int(parts["port"]))
    raise ValueError("must be an address and a port, such as 127.0.0.1:8000 or [::1]:8000")


def read_network(value: object) -> Network:
    """Read an IP address, or a network such as `10.0.0.0/8`. A network of every address would trust everybody."""
    if isinstance(value, Network):
        return value
    with suppress(ValueError):
        if isinstance(value, str) and (network := ipaddress.ip_network(value)).prefixlen:
            return network
    raise ValueError("must be an IP address or a network, such as 127.0.0.1 or 10.0.0.0/8")


def read_list(value: object) -> object:
    """Read a list. A text that begins with “[” is a JSON list; any other text is the only item."""
    if not isinstance(value, str):
        return value
    if not value.startswith("["):
        return [value]
    with suppress(ValueError, RecursionError):
        return json.loads(value)
    raise ValueError('begins with “[” but is no JSON list such as ["one", "two"]')


def read_table(value: object) -> object:
    """Read a table. A text must be a JSON object."""
    if not isinstance(value, str):
        return value
    with suppress(ValueError, RecursionError):
        return json.loads(value)
    raise ValueError('must be a table, or a JSON object such as {"word": "meaning"}')


def is_name(text: str) -> bool:
    """Tell whether *text* can name an account or a source. Such a name is unambiguous in an environment variable."""
    return _NAME.fullmatch(text) is not None


def check_name(name: str) -> str:
    """Return *name* if it can name an account or a source."""
    if not is_name(name):
        raise ValueError("has a name that is not made of lower-case letters, digits and single underscores")
    return name


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
Timezone = Annotated[ZoneInfo, BeforeValidator(read_timezone)]
ListenAddress = Annotated[Address, BeforeValidator(read_address)]
Name = Annotated[str, AfterValidator(check_name)]
