"""Settings of an account: what every platform has, and, beside them, its platform's own credentials."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from worker.domain.instants import microseconds
from worker.domain.orders import Policy
from worker.order_api.accounts import Credentials
from worker.order_api.platforms import PLATFORMS
from worker.order_api.statuses import MEANINGS
from worker.settings.problems import first_problem, wrong
from worker.settings.values import Duration, Timezone, between, one_of, read_table

LEAST_CALLS = 10
"""Calls a minute with which an order can still be walked."""

StatusWord = Annotated[str, StringConstraints(min_length=1, max_length=64)]


def _limits() -> str:
    """Name the limit of an account that says nothing else, and those of other plans."""
    return "; ".join(f"{name}: {_limit(platform.plans)}" for name, platform in PLATFORMS.items())


def _limit(plans: Sequence[int]) -> str:
    smallest, others = plans[:1], ", ".join(map(str, plans[1:]))
    return f"{smallest[0]}{f' (larger plans: {others})' if others else ''}" if smallest else "none"


class AccountSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One merchant's account at one platform."""

    platform: Annotated[str, AfterValidator(one_of(PLATFORMS))] = Field(
        description=f"Where this account's orders live: {' or '.join(f'`{name}`' for name in PLATFORMS)}."
    )
    timezone: Timezone = ZoneInfo("UTC")
    """The zone in which the platform is told dates."""
    accept: Literal["paid", "always", "manual"] = "paid"
    """When a pending order is accepted without anybody's word: once it is `paid`, `always`, or never (`manual`)."""
    complete_after: Annotated[Duration, AfterValidator(between("0s", "3650d"))] = timedelta(0)
    """How long after its delivery an order is completed, which cannot be undone."""
    retry_for: Annotated[Duration, AfterValidator(between("1s", "3650d"))] = timedelta(hours=72)
    """How long one step may fail before a person is asked."""
    call_deadline: Annotated[Duration, AfterValidator(between("100ms", "10s"))] = timedelta(seconds=10)
    """The longest that one call to the platform may take."""
    settle: Annotated[Duration, AfterValidator(between("1s", "1d"))] = Field(
        default=timedelta(minutes=2), validate_default=True
    )
    """How long a write without an answer may still be applied; longer than `call_deadline`."""
    calls_per_minute: Annotated[int, Field(ge=LEAST_CALLS, le=1_000_000)] | None = Field(
        default=None, validate_default=True, json_schema_extra={"default": _limits()}
    )
    """How many calls the platform may get in a minute, by the account's plan, the smallest if nothing is said; beyond
    that, orders wait."""
    statuses: Annotated[
        Mapping[StatusWord, Annotated[str, AfterValidator(one_of(MEANINGS))]], BeforeValidator(read_table)
    ] = Field(default={}, validate_default=True, json_schema_extra={"default": "the platform's"})
    """Status words of this account beside the platform's own, and what they mean: `pending`, `paid`, `accepted`,
    `shipped`, `delivered`, `completed`, `cancelled` or `refunded`."""
    dry_run: bool = False
    """`true`: read and decide, but write nothing at the platform."""
    credentials: Credentials = Field(exclude=True, repr=False)
    """The keys that are the platform's own; they stand among the others."""

    @model_validator(mode="before")
    @classmethod
    def _set_credentials_apart(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        common = cls.model_fields.keys() - {"credentials"}
        own = {key: value for key, value in given.items() if key not in common}
        return {key: value for key, value in given.items() if key in common} | {"credentials": own}

    @field_validator("settle")
    @classmethod
    def _outlast_calls(cls, settle: timedelta, info: ValidationInfo) -> timedelta:
        if settle <= info.data.get("call_deadline", timedelta(0)):
            raise ValueError("must be longer than call_deadline")
        return settle

    @field_validator("calls_per_minute")
    @classmethod
    def _limit_as_usual(cls, given: int | None, info: ValidationInfo) -> int | None:
        platform = PLATFORMS.get(info.data.get("platform", ""))
        return platform.plans[0] if given is None and platform and platform.plans else given

    @field_validator("statuses")
    @classmethod
    def _keep_what_is_asked_for(cls, given: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
        if platform := PLATFORMS.get(info.data.get("platform", "")):
            platform.statuses.extended(given)
        return given

    @field_validator("credentials", mode="plain")
    @classmethod
    def _read_credentials(cls, given: dict[str, Any], info: ValidationInfo) -> Credentials:
        platform = PLATFORMS.get(info.data.get("platform", ""))
        if platform is None:
            raise ValueError("cannot be understood without its platform")
        try:
            return platform.credentials.model_validate(given)
        except ValidationError as error:
            problem = first_problem(error)
        # Raised out here, so that nothing which has seen the values hangs on the error.
        raise wrong(problem)

    @property
    def identity(self) -> tuple[str, ...]:
        """Whose orders these are: no two accounts may have the same."""
        return self.platform, *self.credentials.identity

    @property
    def policy(self) -> Policy:
        """How this account wants its orders moved, as the rules read it."""
        return Policy(
            accept=self.accept,
            complete_after=microseconds(self.complete_after),
            retry_for=microseconds(self.retry_for),
            settle=microseconds(self.settle),
            dry_run=self.dry_run,
        )
