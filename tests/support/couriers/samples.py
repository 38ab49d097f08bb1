"""What a courier sends, and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

Outcome: TypeAlias = Literal["accepted", "duplicate", "ignored", "quarantined", "refused", "probe"]
Document: TypeAlias = dict[str, Any]
Secrets: TypeAlias = Mapping[str, str]
"""The secret of each method of authentication, by the method's name in the profile."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of a courier. *query* is the query string of its URL, with the leading `?`."""

    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"
    query: str = ""

    def with_header(self, name: str, value: str | None) -> "Sent":
        """Return the request with another value of the header *name*; None: without the header."""
        others = {key: old for key, old in self.headers.items() if key.lower() != name.lower()}
        return replace(self, headers=others if value is None else {**others, name: value})


class News(NamedTuple):
    """One event that must be read: its name without `shipment.`, and its fields. *at* None: any time."""

    name: str
    at: datetime | None
    number: str = ""
    tracking: str = ""
    shipment: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One request, and what must come of it when all earlier samples of the same list were received before.

    A quarantine has its *reason*.
    """

    title: str
    sent: Sent
    outcome: Outcome
    news: tuple[News, ...] = ()
    reason: str = ""


class Ago(NamedTuple):
    """Moments before *now*, in hours."""

    now: datetime

    def __call__(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)


class DocumentMaker(Protocol):
    """Makes the document of a courier: *word* is its status, *at* its time, and *fields* replace others."""

    def __call__(self, word: str, at: datetime | str | int | None, **fields: Any) -> Document: ...


class Sender(Protocol):
    """Makes an authentic request with a document, or with bytes as they are, for the *secrets*."""

    def __call__(self, body: Document | bytes, secrets: Secrets = ...) -> Sent: ...


@dataclass(frozen=True, slots=True)
class Courier:
    """A courier as the merchant set it up: the profile, the secrets, the options, and how it makes deliveries.

    *timezone* is the source's. *samples* makes the ordinary deliveries of two days.
    """

    profile: str
    secrets: Secrets
    document: DocumentMaker
    sent: Sender
    samples: Callable[[Ago], tuple[Sample, ...]]
    options: Mapping[str, str] = field(default_factory=dict)
    timezone: str = "UTC"


def accepted(title: str, sent: Sent, *news: News) -> Sample:
    return Sample(title, sent, "accepted", news)


def ignored(title: str, sent: Sent) -> Sample:
    return Sample(title, sent, "ignored")


def duplicate(title: str, sent: Sent) -> Sample:
    return Sample(title, sent, "duplicate")


def refused(title: str, sent: Sent) -> Sample:
    return Sample(title, sent, "refused")


def quarantined(title: str, sent: Sent, reason: str) -> Sample:
    return Sample(title, sent, "quarantined", reason=reason)
