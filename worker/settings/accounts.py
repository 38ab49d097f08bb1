"""The settings of an account: the same for every platform, and the credentials of its own platform."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from worker.domain.instants import microseconds
from worker.domain.policy import Policy
from worker.domain.reasons import Accept
from worker.order_api.credentials import Credentials
from worker.order_api.platforms import PLATFORMS
from worker.order_api.statuses import MEANINGS
from worker.settings.problems import CONSEQUENCE, UNKNOWN, Problem, validation_error
from worker.settings.values import Duration, Timezone, between, one_of, read_table

MIN_CALLS_PER_MINUTE = 10
"""The smallest limit that is enough for the calls of one reconciliation."""

StatusWord = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _credential_keys() -> set[str]:
    return {key for platform in PLATFORMS.values() for key in platform.credentials.model_fields}


def _limits() -> str:
    """Return a text with the default call limit of each platform, and the limits of its larger plans."""
    return "; ".join(f"{name}: {_limit(platform.plans)}" for name, platform in PLATFORMS.items())


def _limit(plans: Sequence[int]) -> str:
    smallest, others = plans[:1], ", ".join(map(str, plans[1:]))
    return f"{smallest[0]}{f' (larger plans: {others})' if others else ''}" if smallest else "none"


class AccountSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One merchant's account at one platform."""

    platform: Annotated[str, AfterValidator(one_of(PLATFORMS))] = Field(
        description=f"The platform that has this account's orders: {' or '.join(f'`{name}`' for name in PLATFORMS)}."
    )
    timezone: Timezone = ZoneInfo("UTC")
    """The time zone of the dates that are written at the platform."""
    accept: Accept = Accept.PAID
    """When a pending order is accepted without an event: once it is `paid`, `always`, or never (`manual`)."""
    complete_after: Annotated[Duration, AfterValidator(between("0s", "3650d"))] = timedelta(0)
    """How long after its delivery an order is completed. That cannot be undone."""
    retry_for: Annotated[Duration, AfterValidator(between("1s", "3650d"))] = timedelta(hours=72)
    """How long a step that fails is tried again before the order stops and needs a person."""
    call_deadline: Annotated[Duration, AfterValidator(between("100ms", "10s"))] = timedelta(seconds=10)
    """The longest time that one call to the platform may take."""
    settle: Annotated[Duration, AfterValidator(between("1s", "1d"))] = Field(
        default=timedelta(minutes=2), validate_default=True
    )
    """How long a write without an answer may still take effect; must be longer than `call_deadline`."""
    calls_per_minute: Annotated[int, Field(ge=MIN_CALLS_PER_MINUTE, le=1_000_000)] | None = Field(
        default=None, validate_default=True, json_schema_extra={"default": _limits()}
    )
    """How many calls a minute the account's plan allows; the smallest plan if nothing is given. Orders wait rather than
    exceed it."""
    statuses: Annotated[
        Mapping[StatusWord, Annotated[str, AfterValidator(one_of(MEANINGS))]], BeforeValidator(read_table)
    ] = Field(default={}, validate_default=True, json_schema_extra={"default": "the platform's"})
    """Status words of this account beyond the platform's own, each with its meaning: `pending`, `paid`, `accepted`,
    `shipped`, `delivered`, `completed`, `cancelled` or `refunded`."""
    dry_run: bool = False
    """`true`: read and decide, but write nothing at the platform."""
    ship_within: Annotated[Duration, AfterValidator(between("1m", "3650d"))] | None = Field(
        default=None, json_schema_extra={"default": "never"}
    )
    """How long after its acceptance an order that is not shipped is late, from a minute on. Without the key: never."""
    deliver_within: Annotated[Duration, AfterValidator(between("1m", "3650d"))] | None = Field(
        default=None, json_schema_extra={"default": "never"}
    )
    """How long after its shipping an order that is not delivered is late, from a minute on. By then, each parcel must
    have arrived. Without the key: never."""
    credentials: Credentials = Field(exclude=True, repr=False)
    """The settings that only this platform has. In the file, they are keys of the account like all others."""

    @model_validator(mode="before")
    @classmethod
    def _separate_credentials(cls, values: object) -> object:
        if not isinstance(values, dict):
            return values
        common = cls.model_fields.keys() - {"credentials"}
        credentials = {key: value for key, value in values.items() if key not in common}
        return {key: value for key, value in values.items() if key in common} | {"credentials": credentials}

    @field_validator("settle")
    @classmethod
    def _exceed_call_deadline(cls, settle: timedelta, info: ValidationInfo) -> timedelta:
        if settle <= info.data.get("call_deadline", timedelta(0)):
            raise ValueError("must be longer than call_deadline")
        return settle

    @field_validator("calls_per_minute")
    @classmethod
    def _default_to_smallest_plan(cls, limit: int | None, info: ValidationInfo) -> int | None:
        platform = PLATFORMS.get(info.data.get("platform", ""))
        return platform.plans[0] if limit is None and platform and platform.plans else limit

    @field_validator("statuses")
    @classmethod
    def _refuse_other_meanings(cls, statuses: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        if platform := PLATFORMS.get(info.data.get("platform", "")):
            platform.statuses.extended(statuses)
        return statuses

    @field_validator("credentials", mode="plain")
    @classmethod
    def _read_credentials(cls, values: dict[str, Any], info: ValidationInfo) -> Credentials:
        if platform := PLATFORMS.get(info.data.get("platform", "")):
            return platform.credentials.model_validate(values)
        # The platform is missing or wrong, so only keys that no platform has are mistakes of their own.
        unknown = [Problem((key,), UNKNOWN) for key in values if key not in _credential_keys()]
        raise validation_error(*unknown, Problem((), CONSEQUENCE))

    @property
    def identity(self) -> tuple[str, ...]:
        """Two accounts with the same identity have the same orders, so they are the same account."""
        return self.platform, *self.credentials.identity

    @property
    def policy(self) -> Policy:
        """The settings that the domain's rules need. Durations are microseconds."""
        return Policy(
            accept=self.accept,
            complete_after=microseconds(self.complete_after),
            retry_for=microseconds(self.retry_for),
            settle=microseconds(self.settle),
            dry_run=self.dry_run,
            ship_within=None if self.ship_within is None else microseconds(self.ship_within),
            deliver_within=None if self.deliver_within is None else microseconds(self.deliver_within),
        )
