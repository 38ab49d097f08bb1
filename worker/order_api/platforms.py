"""The platforms by name, as data, without an HTTP client. A new platform needs a line in `PLATFORMS`."""

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
    """The facts about one platform that settings, the receiver and commands need."""

    credentials: type[Credentials]
    """The settings that only its accounts have."""
    read_order_id: Callable[[object], str]
    """Returns the order id in a JSON value, as text, or raises ValueError. The error's text completes "<value> …"."""
    statuses: StatusTable
    """The meanings of its status words."""
    plans: tuple[int, ...] = ()
    """The calls a minute that its plans allow, smallest first; empty when it documents no limit."""
    posts_webhooks: bool = False
    """Whether it posts events. The receiver then has a profile with its name."""


PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "awalchat": Platform(
            AwalchatCredentials,
            awalchat.read_order_id,
            awalchat.STATUSES,
            plans=(200,),  # documented for lists; nothing is documented for other calls
            posts_webhooks=True,
        ),
        "cekat": Platform(CekatCredentials, cekat.read_order_id, cekat.STATUSES, plans=(60, 300, 1000)),
    }
)
