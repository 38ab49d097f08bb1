"""The checks that `fulfillment doctor` prints, and their verdict together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from shlex import quote

from worker.domain.instants import Duration, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.figures import Backlog
from worker.operations.instants import span

MAX_NAMED = 5
"""How many orders, or words, a sentence names. The commands show all of them."""


class Verdict(StrEnum):
    """The verdict of one check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Diagnosis(Enum):
    """The verdict of all checks together."""

    WELL = auto()
    """No check failed."""
    NEEDS_PERSON = auto()
    """A check failed, and every part answers."""
    UNREACHABLE = auto()
    """A part of the system does not answer."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its name, its verdict, a sentence, and advice. *unreachable*: a part of the system does not answer."""

    name: str
    verdict: Verdict
    sentence: str
    advice: str = ""
    unreachable: bool = False


def diagnose(checks: Iterable[Check]) -> Diagnosis:
    """Return the verdict of all *checks* together. `UNREACHABLE` takes precedence over `NEEDS_PERSON`."""
    failed = [check for check in checks if check.verdict is Verdict.FAIL]
    if any(check.unreachable for check in failed):
        return Diagnosis.UNREACHABLE
    return Diagnosis.NEEDS_PERSON if failed else Diagnosis.WELL


def command_about(act: str, some: Sequence[OrderKey]) -> str:
    """Return the command for *act* with the first of *some* orders; with a placeholder, if none is named."""
    return f"fulfillment orders {act} {quote(str(some[0])) if some else 'ORDER'}"


def since(backlog: Backlog, now: Instant) -> str:
    """Return how long *backlog* has waited: `for 4 min`, or `the oldest for 1 d`."""
    age = span(now - backlog.oldest)
    return f"for {age}" if backlog.count == 1 else f"the oldest for {age}"


def verdict_of(backlog: Backlog, now: Instant, max_age: Duration) -> Verdict:
    """Return the verdict of a backlog: it fails when it is older than *max_age*; a younger one is a warning."""
    return Verdict.FAIL if now - backlog.oldest > max_age else Verdict.WARN
