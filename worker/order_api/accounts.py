"""Accounts: what each of them works with besides its credentials, on every platform."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from worker.domain.instants import Duration, Instant
from worker.order_api.http.client import Client


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What an account works with besides its credentials."""

    client: Client
    now: Callable[[], Instant]
    timezone: ZoneInfo
    """The time zone of the dates that are written at the platform."""
    pause: Callable[[Duration], None]
    """Called when the platform allows no further call: the account sends nothing for this long."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """The account's own status words, each with a word of `MEANINGS`. They take precedence over the platform's."""
