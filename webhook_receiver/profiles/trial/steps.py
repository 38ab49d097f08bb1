"""What is tried, and the result, as values."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from webhook_receiver.profiles.declared import DeclaredFormat
from webhook_receiver.profiles.schema.model import ProfileFile
from webhook_receiver.sources import Source
from worker.domain.events import Event
from worker.domain.instants import Instant, moment_of

RIGHT_PROFILE = "a built-in profile does not change: is this the right one?"
"""The advice on what only another profile would make right."""


class Outcome(StrEnum):
    """What would become of the delivery."""

    PROBE = "probe"
    """The sender only checks the URL: answered 200, and nothing is kept."""
    ACCEPTED = "accepted"
    """Each element of interest gives an event."""
    IGNORED = "ignored"
    """Authentic and of no interest: answered, and not kept."""
    QUARANTINED = "quarantined"
    """Authentic, but an element cannot be used: kept for a person."""
    REFUSED = "refused"
    """Not authentic, or not a request that the profile has: nothing is kept."""


class Step(NamedTuple):
    """One step of the engine: its *name*, and what came of it in words.

    *element* is the position of the element, such as `[0]`; it is empty for a step of the whole request. *is_well* is
    False for a step that refuses or quarantines the delivery. *advice* has sentences and lines that say what to change.
    """

    name: str
    text: str
    element: str = ""
    is_well: bool = True
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """The whole trial. *status* is the HTTP status of the answer; *reason* is that of a quarantine, or empty.

    *is_authenticated* is False when authentication was left out.
    """

    outcome: Outcome
    status: int
    steps: Sequence[Step]
    events: Sequence[Event] = ()
    reason: str = ""
    is_authenticated: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried: a profile with the rules of a source, and the arrival of the request.

    The source's own secrets are not used: *secrets* are those to try, by method of authentication. *is_builtin* tells
    that nobody changes the profile's file, so that only the source's settings can change.
    """

    profile: ProfileFile
    source: Source
    secrets: Mapping[str, Sequence[str]] = field(repr=False)
    received_at: Instant
    is_builtin: bool = False

    @property
    def format(self) -> DeclaredFormat:
        """The engine's format without secrets, for everything but authentication."""
        return DeclaredFormat(self.profile, replace(self.source, profile=self.profile, secrets={}))


def quoted(value: object, limit: int = 60) -> str:
    """Return a value of a document as a person reads it: a text in quotation marks, cut at *limit* characters."""
    text = value if isinstance(value, str) else str(value)
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return f'"{cut}"' if isinstance(value, str) else cut


def counted(number: int, word: str) -> str:
    """Return `1 element`, or `2 elements`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def instant_text(instant: Instant) -> str:
    """Return an instant in UTC, as RFC 3339 has it, to the second."""
    with suppress(OverflowError):
        return f"{moment_of(instant):%Y-%m-%dT%H:%M:%SZ}"
    return "a time out of any calendar"
