"""Faults: their kinds, their parameters, and which calls they match."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class FaultKind(StrEnum):
    """The kinds of faults. README.md beside this file lists their parameters."""

    STATUS = "status"
    """An error response."""
    BODY = "body"
    """A success with any body."""
    DELAY = "delay"
    """The normal response, later."""
    RESET = "reset"
    """A connection reset without a response."""
    LOSE_ANSWER = "lose_answer"
    """A connection reset after the execution of the call."""
    APPLY_LATE = "apply_late"
    """An error or a connection reset now, and the execution of the call later."""
    STALE = "stale"
    """The normal response to a read, as a cache has it that is behind."""
    DRIP = "drip"
    """The normal response, byte by byte."""
    STORM = "storm"
    """Other faults at random, each with its probability."""
    OUTAGE = "outage"
    """An error or a connection reset for every call, before any check."""
    WRONG_CREDENTIALS = "wrong_credentials"
    """The error for wrong credentials for every call, before any check."""


class Phase(StrEnum):
    """When a fault is injected."""

    BEFORE_CHECKS = "before_checks"
    """Before the call is checked. Such a fault simulates a problem of the whole platform."""
    AFTER_CHECKS = "after_checks"
    """After all checks except those of the order, so that an invalid call never uses up a fault."""


_BEFORE_CHECKS = frozenset({FaultKind.OUTAGE, FaultKind.WRONG_CREDENTIALS})
UNLIMITED_BY_DEFAULT = _BEFORE_CHECKS | {FaultKind.STORM}
"""The kinds that happen any number of times unless `times` is set."""


def phase_of(kind: FaultKind) -> Phase:
    """Return the phase in which faults of *kind* are injected."""
    return Phase.BEFORE_CHECKS if kind in _BEFORE_CHECKS else Phase.AFTER_CHECKS


@dataclass(frozen=True, slots=True, kw_only=True)
class CallKey:
    """The properties of a call that a fault can match. *status* is the status that the call sets.

    In a call, None means that it has no such property; in a fault, that any value matches.
    """

    method: str | None = None
    order_id: str | None = None
    status: str | None = None

    def matches(self, call: "CallKey") -> bool:
        """Return whether *call* has every property of this key."""
        pairs = ((self.method, call.method), (self.order_id, call.order_id), (self.status, call.status))
        return all(expected is None or expected == actual for expected, actual in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault and its parameters. Each kind uses some of them.

    *times* is how often the fault can happen; None: any number of times.
    *when*: the fault happens "before" or "after" the execution of the call.
    With "before", every kind but a delay prevents the execution.
    *lifetime_s* is the time in seconds after which the fault ends; None: never.
    *code* is the HTTP status of a defined response, *size* the length of its body in bytes.
    *no_cache*: a read whose header says `Cache-Control: no-cache` passes by the cache.
    *answer* is what the client gets instead of the normal response: an error, a reset, or a reset after *duration_s*.
    *choices* are the probability and the fault of each entry of a storm.
    """

    kind: FaultKind
    match: CallKey = CallKey()
    times: int | None = 1
    lifetime_s: float | None = None
    when: Literal["before", "after"] = "before"
    duration_s: float = 0.0
    no_cache: bool = False
    answer: int | Literal["reset", "hang"] = "reset"
    code: int = 500
    body: object = None
    size: int | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    pause_s: float = 0.05
    drip_headers: bool = False
    seed: int = 0
    choices: tuple[tuple[float, "Fault"], ...] = ()
