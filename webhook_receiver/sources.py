"""The senders of webhooks: who may post here, and by which rules."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from webhook_receiver.profiles import Profile
from worker.domain.instants import MINUTE, Duration
from worker.domain.signing import ALL_PARTS, Part


@dataclass(frozen=True, slots=True)
class Source:
    """One sender: a URL of its own, its secrets, the account whose orders it reports, and its rules.

    *read_order_id* turns a JSON value into that account's order id, or raises ValueError. *allow* names the
    families of events that it may send; *max_body* is in bytes. *public_prefix* is what a proxy removes
    from the path. *zone* is for timestamps without an offset.
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
