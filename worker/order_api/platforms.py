"""The platforms, by name. A new one is a package beside `awalchat` and a line in here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from worker.domain.orders import Standing
from worker.order_api.accounts import Credentials
from worker.order_api.awalchat.account import AwalchatCredentials
from worker.order_api.awalchat.vocabulary import STATUSES, read_order_id


@dataclass(frozen=True, slots=True)
class Platform:
    """All that others need to know of one platform.

    *credentials* are the settings that it asks of an account. *read_order_id* turns what a document holds
    into an order id, or raises ValueError. *statuses* says what each of its status words means to us.
    """

    credentials: type[Credentials]
    read_order_id: Callable[[object], str]
    statuses: Mapping[str, Standing]


PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {
        "awalchat": Platform(AwalchatCredentials, read_order_id, STATUSES),
    }
)
