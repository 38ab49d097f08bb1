"""The platforms, by name. A new one is a package beside the others, and a line in here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from worker.order_api.accounts import Credentials
from worker.order_api.awalchat import vocabulary as awalchat
from worker.order_api.awalchat.account import AwalchatCredentials
from worker.order_api.cekat import vocabulary as cekat
from worker.order_api.cekat.account import CekatCredentials
from worker.order_api.statuses import StatusTable


@dataclass(frozen=True, slots=True)
class Platform:
    """All that others need to know of one platform.

    *credentials* are the settings that it asks of an account. *read_order_id* turns what a document holds
    into an order id, or raises ValueError. *statuses* says what each of its status words means to us.
    *plans* are the calls a minute that its plans allow, the smallest first; none where no limit holds for all calls.
    *posts_webhooks*: it posts events of its own, and the receiver has a profile of its name.
    """

    credentials: type[Credentials]
    read_order_id: Callable[[object], str]
    statuses: StatusTable
    plans: tuple[int, ...] = ()
    posts_webhooks: bool = False


PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "awalchat": Platform(AwalchatCredentials, awalchat.read_order_id, awalchat.STATUSES, posts_webhooks=True),
        "cekat": Platform(CekatCredentials, cekat.read_order_id, cekat.STATUSES, plans=(60, 300, 1000)),
    }
)
