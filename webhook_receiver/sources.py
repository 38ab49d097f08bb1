"""Who may post here, and by which rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from webhook_receiver.profiles import Profile
from worker.domain.instants import MINUTE
from worker.domain.signing import ALL_PARTS, Part


@dataclass(frozen=True, slots=True)
class Source:
    """One sender: a URL of its own, its secrets, the account whose orders it speaks of, and its manners.

    *read_order_id* turns a JSON value into that account's order id, or raises ValueError. *allow* names the
    families of events that it may send; *tolerance* is in microseconds, *max_body* in bytes. *public_prefix* is
    what a proxy takes off the path. *zone* is for timestamps without an offset.
    """

    name: str
    profile: Profile
    secrets: tuple[bytes, ...] = field(repr=False)
    account: str
    read_order_id: Callable[[object], str] = field(repr=False)
    allow: frozenset[str]
    tolerance: int = 5 * MINUTE
    stale: Literal["refuse", "accept"] = "refuse"
    max_body: int = 65_536
    signed_parts: frozenset[Part] = frozenset(ALL_PARTS)
    public_prefix: str = ""
    verification: Literal["open", "signed"] = "open"
    zone: tzinfo = UTC
