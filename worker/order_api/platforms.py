"""The platforms by name, as data; no HTTP client is imported here. A new platform is a line in `PLATFORMS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from worker.order_api.awalchat import vocabulary as awalchat
from worker.order_api.awalchat.credentials import AwalchatCredentials
from worker.order_api.cekat import vocabulary as cekat
from worker.order_api.cekat.credentials import CekatCredentials
from worker.order_api.credentials import Credentials
from worker.order_api.statuses import StatusTable


@dataclass(frozen=True, slots=True)
class Platform:
    """All that settings, the receiver and commands need to know of one platform."""

    credentials: type[Credentials]
    """The settings that it asks of an account."""
    read_order_id: Callable[[object], str]
    """Turns a value of a document into an order id, or raises ValueError. The error's text completes "<text> …"."""
    statuses: StatusTable
    """What each of its status words means."""
    plans: tuple[int, ...] = ()
    """The calls a minute that its plans allow, the smallest first; empty where no limit holds for all calls."""
    posts_webhooks: bool = False
    """It posts events of its own, and the receiver has a profile of its name."""


PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "awalchat": Platform(AwalchatCredentials, awalchat.read_order_id, awalchat.STATUSES, posts_webhooks=True),
        "cekat": Platform(CekatCredentials, cekat.read_order_id, cekat.STATUSES, plans=(60, 300, 1000)),
    }
)
