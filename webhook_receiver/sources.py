"""The sources of webhooks: who may post to the receiver, and by which rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from webhook_receiver.profiles import Profile
from webhook_receiver.profiles.schema.model import DEFAULT_MAX_BODY, ProfileFile
from worker.domain.instants import MINUTE, Duration
from worker.domain.signing import ALL_PARTS, Part


@dataclass(frozen=True, slots=True)
class Source:
    """One source: its name in the URL, its secrets, the account whose orders it reports, and its rules.

    *secrets* are by method of authentication. *read_order_id* returns the order id of that account for a JSON value, or
    raises ValueError. *allow* has the events, and the families of events, that the source may send. *max_body* is in
    bytes. *max_unknown* is how many orders it may name that the platform has never shown; None for any number.
    *public_prefix* is the part of the path that a proxy removes. *zone* is for timestamps without an offset.
    *orders* are those that it may report: any, its own ones, or only those assigned to it. *takes_orders*: an order
    that nobody carries is its own once it reports a parcel of it. *carriers* are the sources that it may name as such.
    *tracking_hosts* are the hosts, in lower case, that its tracking URLs may have; empty for any.

    The rest is for profiles that are files: the profile's *options*; *number_prefix*, which is cut off the merchant's
    reference; *reference*, whether that is the order's number or its id; *statuses*, the source's own status words.
    """

    name: str
    profile: Profile | ProfileFile
    secrets: Mapping[str, tuple[bytes, ...]] = field(repr=False)
    account: str
    read_order_id: Callable[[object], str] = field(repr=False)
    allow: frozenset[str]
    orders: Literal["any", "own", "assigned"] = "any"
    takes_orders: bool = False
    carriers: frozenset[str] = frozenset()
    tolerance: Duration = 5 * MINUTE
    stale: Literal["refuse", "accept"] = "refuse"
    max_body: int = DEFAULT_MAX_BODY
    max_unknown: int | None = None
    signed_parts: frozenset[Part] = frozenset(ALL_PARTS)
    public_prefix: str = ""
    verification: Literal["open", "signed"] = "open"
    zone: tzinfo = UTC
    tracking_hosts: frozenset[str] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)
    number_prefix: str = ""
    reference: Literal["number", "id"] = "number"
    statuses: Mapping[str, str] = field(default_factory=dict)
