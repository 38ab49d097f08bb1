"""The settings of a source: a sender of webhooks and the rules for its deliveries."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from worker.domain.signing import ALL_PARTS, Part
from worker.order_api.platforms import PLATFORMS
from worker.secret import Secret
from worker.settings.values import Duration, Timezone, between, one_of, read_list, read_timezone

PROFILE_NAMES = (*(name for name, platform in PLATFORMS.items() if platform.posts_webhooks), "courier")
"""The names of the receiver's profiles. Settings may not import the receiver, so a test compares the names."""

Family = Literal["order", "shipment"]

_NO_SUCH_ACCOUNT = ""
"""Replaces the name of an account that does not exist, because a validator of this field cannot see the accounts."""


def _check_account(name: str) -> str:
    if name == _NO_SUCH_ACCOUNT:
        raise ValueError("names no account of the settings")
    return name


class SourceSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One sender of webhooks, at a URL of its own: `/webhooks/<name>`."""

    secrets: Annotated[tuple[Secret, ...], BeforeValidator(read_list), Field(min_length=1, max_length=10)]
    """The secrets of this sender: a list, or one plain text. A signature by any of them is valid."""
    profile: Annotated[str, AfterValidator(one_of(PROFILE_NAMES))] = Field(
        description=f"The format in which this sender posts: {' or '.join(f'`{name}`' for name in PROFILE_NAMES)}.",
        json_schema_extra={"default": "the source's own name"},
    )
    account: Annotated[str, AfterValidator(_check_account)] = Field(json_schema_extra={"default": "the only account"})
    """The account whose orders the events are about."""
    allow: Annotated[frozenset[Family], BeforeValidator(read_list), Field(min_length=1)] | None = Field(
        default=None, json_schema_extra={"default": "by the profile"}
    )
    """The families of events that this sender may send: `order`, `shipment`."""
    tolerance: Annotated[Duration, AfterValidator(between("1s", "7d"))] = timedelta(seconds=300)
    """How far a signed timestamp may be from our clock."""
    stale: Literal["refuse", "accept"] = "refuse"
    """`refuse` or `accept`: what happens to an authentic delivery beyond the tolerance."""
    max_body: Annotated[int, Field(ge=1024, le=10_485_760)] = 65_536
    """The largest request body that is read, in bytes."""
    signed_parts: Annotated[frozenset[Part], BeforeValidator(read_list)] = Field(
        default=frozenset(ALL_PARTS), json_schema_extra={"default": "all five"}
    )
    """The parts of a request that its signature covers: always `timestamp` and `body`, and any of `method`, `path` and
    `query_string`."""
    public_prefix: str = Field(
        default="", pattern=r"^(?:/[A-Za-z0-9._~%-]+)*\z", max_length=200, json_schema_extra={"default": "none"}
    )
    """The beginning of the path that a proxy removes before it passes the request on."""
    verification: Literal["open", "signed"] = "open"
    """`open` or `signed`: whether the platform's check of our URL must be signed."""
    timezone: Timezone = Field(json_schema_extra={"default": "the account's"})
    """The time zone of timestamps without an offset."""


def complete_sources(sources: Mapping[str, object], accounts: object) -> dict[str, object]:
    """Return *sources* with their defaults: the profile, the account, and the account's time zone.

    Both arguments are tables as they are written, unchecked. So the sources of a wrong account can be checked as well,
    and do not repeat the account's mistake.
    """
    account_tables = accounts if isinstance(accounts, dict) else {}
    return {name: _complete(name, source, account_tables) for name, source in sources.items()}


def _complete(name: str, source: object, accounts: Mapping[str, object]) -> object:
    if not isinstance(source, dict):
        return source
    complete: dict[str, Any] = {"profile": name, **source}
    if len(accounts) == 1:
        complete.setdefault("account", next(iter(accounts)))
    elif not accounts:  # the mistake is reported for `accounts`
        complete["account"] = "unknown"
    account = complete.get("account")
    if isinstance(account, str):
        complete.setdefault("timezone", _timezone_of(accounts.get(account)))
        if accounts and account not in accounts:
            complete["account"] = _NO_SUCH_ACCOUNT
    else:
        complete.setdefault("timezone", "UTC")
    return complete


def _timezone_of(account: object) -> str:
    """Return the account's time zone; UTC if it has none, or a wrong one, which is reported for the account."""
    timezone = account.get("timezone") if isinstance(account, dict) else None
    with suppress(ValueError):
        return read_timezone(timezone).key
    return "UTC"
