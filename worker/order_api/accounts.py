"""Accounts: what every platform asks of one, and gives for it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from worker.domain.errors import ApiError
from worker.order_api.clients import OrdersClient
from worker.order_api.http.client import Client
from worker.ports import OrderApi


@dataclass(frozen=True, slots=True)
class AccountContext:
    """What an account needs besides its credentials.

    *now* gives microseconds since the epoch; *timezone* is the account's, for the dates that it is shown.
    *exhausted* is told, in microseconds, for how long the account may send nothing. *statuses* are the account's own
    status words, which go before the platform's.
    """

    client: Client
    now: Callable[[], int]
    timezone: ZoneInfo
    exhausted: Callable[[int], None]
    statuses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What one harmless read of a platform tells an operator.

    *failure* is None when the account works as it is set up; *advice* is a sentence naming a setting that
    would work instead, or empty. *clock_ahead* is how far our clock is ahead of the platform's, in
    microseconds, to about a second; None when no answer told the time. *unknown* are statuses of some of its orders
    that we do not know.
    """

    failure: ApiError | None
    advice: str = ""
    clock_ahead: int | None = None
    unknown: tuple[str, ...] = ()


class Credentials(
    BaseModel, ABC, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True
):
    """The settings of an account that are its platform's own."""

    @property
    @abstractmethod
    def identity(self) -> tuple[str, ...]:
        """Whose orders these are: two accounts with the same identity would be one."""

    @abstractmethod
    def connect(self, context: AccountContext) -> OrderApi:
        """Return the account's order API. Nothing is sent yet."""

    @abstractmethod
    def orders_client(self, context: AccountContext) -> OrdersClient:
        """Return the account's order book. Nothing is sent yet."""

    @abstractmethod
    def examine(self, context: AccountContext) -> AccountCheck:
        """Try the account by reading a few orders, and in other readings of the platform's rules if that is refused."""
