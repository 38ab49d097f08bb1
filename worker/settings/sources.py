"""Settings of a source: who may post here, and by which rules."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from worker.domain.signing import ALL_PARTS, Part
from worker.order_api.platforms import PLATFORMS
from worker.secret import Secret
from worker.settings.values import Duration, Name, Timezone, between, one_of, read_list

PROFILE_NAMES = (*(name for name, platform in PLATFORMS.items() if platform.posts_webhooks), "courier")
"""Of the receiver's profiles, which the worker does not know: a test compares them."""

Family = Literal["order", "shipment"]


class SourceSettings(BaseModel, extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True):
    """One sender of webhooks, at a URL of its own: `/webhooks/<name>`."""

    secrets: Annotated[tuple[Secret, ...], BeforeValidator(read_list), Field(min_length=1, max_length=10)]
    """The secrets of which any may sign: a list, or one plain text."""
    profile: Annotated[str, AfterValidator(one_of(PROFILE_NAMES))] = Field(
        description=f"How this sender speaks: {' or '.join(f'`{name}`' for name in PROFILE_NAMES)}.",
        json_schema_extra={"default": "the source's own name"},
    )
    account: Name = Field(json_schema_extra={"default": "the only account"})
    """The account whose orders it speaks of."""
    allow: Annotated[frozenset[Family], BeforeValidator(read_list), Field(min_length=1)] | None = Field(
        default=None, json_schema_extra={"default": "by the profile"}
    )
    """The families of events that it may send: `order`, `shipment`."""
    tolerance: Annotated[Duration, AfterValidator(between("1s", "7d"))] = timedelta(seconds=300)
    """How far a signed timestamp may be from our clock."""
    stale: Literal["refuse", "accept"] = "refuse"
    """`refuse` or `accept`: what to do with an authentic delivery beyond the tolerance."""
    max_body: Annotated[int, Field(ge=1024, le=10_485_760)] = 65_536
    """The largest body that is read, in bytes."""
    signed_parts: Annotated[frozenset[Part], BeforeValidator(read_list)] = Field(
        default=frozenset(ALL_PARTS), json_schema_extra={"default": "all five"}
    )
    """The parts of a request that its signature covers: `timestamp` and `body` always, and any of `method`, `path`
    and `query_string`."""
    public_prefix: str = Field(
        default="", pattern=r"^(?:/[A-Za-z0-9._~%-]+)*\z", max_length=200, json_schema_extra={"default": "none"}
    )
    """The beginning of the path that a proxy takes off before it passes the request on."""
    verification: Literal["open", "signed"] = "open"
    """`open`, or `signed`: the platform's check of our URL must be signed, too."""
    timezone: Timezone = Field(json_schema_extra={"default": "the account's"})
    """The zone of timestamps that name none."""
