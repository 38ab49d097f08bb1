"""The sources of webhooks: who may post to the receiver, and by which rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from webhook_receiver.profiles import Profile
from worker.domain.instants import MINUTE, Duration
from worker.domain.signing import ALL_PARTS, Part


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its name in the URL, its secrets, the account whose orders it reports, and its rules.

    *read_order_id* returns the order id of that account for a JSON value, or raises ValueError. *allow* has the
    families of events that the source may send. *max_body* is in bytes. *public_prefix* is the part of the path that a
    proxy removes. *zone* is for timestamps without an offset.
    """

    name: str
    profile: Profile
    secrets: tuple[bytes, ...] = field(repr=False)
    account: str
    read_order_id: Callable[[object], str] = field(repr=False)
    allow: frozenset[str]
    tolerance: Duration = 5 * MINUTE
    stale: Literal["refuse", "accept"] = "refuse"
    max_body: int = 65_536
    signed_parts: frozenset[Part] = frozenset(ALL_PARTS)
    public_prefix: str = ""
    verification: Literal["open", "signed"] = "open"
    zone: tzinfo = UTC
