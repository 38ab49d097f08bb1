"""The settings of a source: a sender of webhooks and the rules for its deliveries."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PlainSerializer, PlainValidator, model_validator

from webhook_receiver.profiles.engine.statuses import meaning_of
from webhook_receiver.profiles.schema.model import DEFAULT_MAX_BODY
from worker.domain.events import EventName
from worker.domain.kept import KeptBounds
from worker.domain.signing import ALL_PARTS, Part
from worker.domain.web_urls import is_host_name
from worker.secret import Secret
from worker.settings.problems import Problem, validation_error
from worker.settings.profiles import (
    ChosenProfile,
    option_problems,
    read_profile,
    secret_problems,
    status_problems,
    with_profile,
)
from worker.settings.values import Duration, Timezone, between, read_list, read_table, read_timezone

FAMILIES = ("order", "shipment")
NATIVE_KEYS = ("signed_parts", "verification")
"""The settings that only the native profiles use."""
DECLARED_KEYS = ("number_prefix", "reference", "statuses")
"""The settings that only profiles that are files use."""

_NO_SUCH_ACCOUNT = ""
"""Replaces the name of an account that does not exist, because a validator of this field cannot see the accounts."""


def _check_account(name: str) -> str:
    if name == _NO_SUCH_ACCOUNT:
        raise ValueError("names no account of the settings")
    return name


def _check_allowed(name: str) -> str:
    if name not in {*FAMILIES, *(event.value for event in EventName if event is not EventName.HINT)}:
        raise ValueError(f"must have families ({', '.join(FAMILIES)}) or events such as shipment.delivered")
    return name


def _check_host(name: str) -> str:
    if not is_host_name(name):
        raise ValueError("must have names of hosts, such as track.example.com: no IP address, no port, no punycode")
    return name.lower()


def _check_status(name: str) -> str:
    meaning_of(name)
    return name


Secrets = Annotated[tuple[Secret, ...], BeforeValidator(read_list), Field(min_length=1, max_length=10)]


class SourceSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One sender of webhooks, at a URL of its own: `/webhooks/<name>`."""

    secrets: Annotated[Mapping[str, Secrets], Field(min_length=1)]
    """The secrets of this sender: a list, or one plain text. Any of them is valid. For a profile with several methods
    of authentication: a table with the secrets of each. Every method that has some must pass."""
    profile: Annotated[ChosenProfile, PlainValidator(read_profile), PlainSerializer(attrgetter("name"))] = Field(
        json_schema_extra={"default": "the source's own name"}
    )
    """The format in which this sender posts: `awalchat`, `courier`, the name of a built-in profile, or the path of a
    profile file, which begins at the folder of the settings file."""
    account: Annotated[str, AfterValidator(_check_account)] = Field(json_schema_extra={"default": "the only account"})
    """The account whose orders the events are about."""
    allow: (
        Annotated[
            frozenset[Annotated[str, AfterValidator(_check_allowed)]], BeforeValidator(read_list), Field(min_length=1)
        ]
        | None
    ) = Field(default=None, json_schema_extra={"default": "by the profile"})
    """What this sender may report: families of events (`order`, `shipment`), or single events
    (`shipment.delivered`)."""
    orders: Literal["any", "own", "assigned"] | None = Field(
        default=None, json_schema_extra={"default": "any; own for couriers, if several move parcels of the account"}
    )
    """`any`, `own` or `assigned`: the orders that this sender may report. `own`: those whose parcels it was the first
    to report, or that were assigned to it; `assigned`: only the latter. News of others' orders is quarantined."""
    tolerance: Annotated[Duration, AfterValidator(between("1s", "7d"))] = timedelta(seconds=300)
    """How far a signed timestamp may be from our clock."""
    stale: Literal["refuse", "accept"] = "refuse"
    """`refuse` or `accept`: what happens to an authentic delivery beyond the tolerance."""
    max_body: Annotated[int, Field(ge=1024, le=10_485_760)] = Field(
        default=DEFAULT_MAX_BODY, json_schema_extra={"default": "65536, or the profile's"}
    )
    """The largest request body that is read, in bytes."""
    max_kept: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """How many quarantined deliveries are kept, and as many stale ones and duplicates. With more, the oldest are
    deleted."""
    max_kept_bytes: Annotated[int, Field(ge=1_048_576, le=1_099_511_627_776)] = 104_857_600
    """How many bytes the bodies of quarantined deliveries may take in the database, compressed, and as many those of
    stale ones. With more, the oldest are deleted."""
    max_unknown: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(
        default=None, json_schema_extra={"default": "10000; without a bound for who may report orders"}
    )
    """How many orders that the platform has never shown may be searched for because this sender has named them. More
    are quarantined, also when five times as many are known, with those for which the search has stopped."""
    signed_parts: Annotated[frozenset[Part], BeforeValidator(read_list)] = Field(
        default=frozenset(ALL_PARTS), json_schema_extra={"default": "all five"}
    )
    """For `awalchat` and `courier`: the parts of a request that its signature covers: always `timestamp` and `body`,
    and any of `method`, `path` and `query_string`."""
    public_prefix: str = Field(
        default="", pattern=r"^(?:/[A-Za-z0-9._~%-]+)*\z", max_length=200, json_schema_extra={"default": "none"}
    )
    """The beginning of the path that a proxy removes before it passes the request on."""
    verification: Literal["open", "signed"] = "open"
    """For `awalchat`: `open` or `signed`: whether the platform's check of our URL must be signed."""
    timezone: Timezone = Field(json_schema_extra={"default": "the account's"})
    """The time zone of timestamps without an offset."""
    tracking_hosts: Annotated[
        frozenset[Annotated[str, AfterValidator(_check_host)]],
        BeforeValidator(read_list),
        Field(min_length=1, max_length=100),
    ] = Field(default=frozenset(), json_schema_extra={"default": "any"})
    """The hosts of this sender's tracking pages. A tracking URL with another host is left out; one below a listed host
    is not."""
    number_prefix: Annotated[str, Field(max_length=50)] = Field(default="", json_schema_extra={"default": "none"})
    """For couriers' profiles: what stands before the order's number in the courier's reference. It is cut off."""
    reference: Literal["number", "id"] = "number"
    """For couriers' profiles: `number` or `id`: what you write into the courier's reference field."""
    statuses: Annotated[
        Mapping[str, Annotated[str, AfterValidator(_check_status)]], BeforeValidator(read_table), Field(max_length=500)
    ] = Field(default={}, json_schema_extra={"default": "the profile's"})
    """For couriers' profiles: status words beyond the profile's own, each with its event, such as `in_transit`, or with
    `info`."""

    @model_validator(mode="after")
    def _fit_profile(self) -> Self:
        secrets = {name: [secret.get_secret_value() for secret in some] for name, some in self.secrets.items()}
        options = option_problems(self.profile, secrets)
        statuses = status_problems(self.profile, self.statuses)
        found = [*secret_problems(self.profile, secrets), *options, *statuses, *_key_problems(self)]
        if found:
            raise validation_error(*found)
        return self

    @property
    def kept_bounds(self) -> KeptBounds:
        """The most that is kept of deliveries that move no order."""
        return KeptBounds(self.max_kept, self.max_kept_bytes)

    @property
    def options(self) -> dict[str, str]:
        """What the source sets of the options of its profile."""
        return {name: str(value) for name, value in self.profile.options.items()}


def _key_problems(source: SourceSettings) -> Iterator[Problem]:
    useless = NATIVE_KEYS if source.profile.file else DECLARED_KEYS
    for key in useless:
        if key in source.model_fields_set:
            yield Problem((key,), f"has no effect with the profile {source.profile.name}")
    if source.max_kept_bytes < source.max_body:
        yield Problem(("max_kept_bytes",), "must be at least max_body, so that any delivery can be kept")


def complete_sources(sources: Mapping[str, object], accounts: object, folder: Path) -> dict[str, object]:
    """Return *sources* with their defaults: the profile, the account, and the account's time zone.

    All arguments but *folder*, where paths of profiles begin, are tables as they are written, unchecked. So the sources
    of a wrong account can be checked as well, and do not repeat the account's mistake.
    """
    account_tables = accounts if isinstance(accounts, dict) else {}
    return {name: _complete(name, source, account_tables, folder) for name, source in sources.items()}


def _complete(name: str, source: object, accounts: Mapping[str, object], folder: Path) -> object:
    if not isinstance(source, dict):
        return source
    complete = with_profile(name, source, folder, tuple(SourceSettings.model_fields))
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
