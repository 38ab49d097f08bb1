"""Faults on request: what they are, and which call meets which. Thread-safe."""

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from random import Random
from threading import Lock
from typing import Literal

from deploy.sandbox.store import Clock


class Kind(StrEnum):
    """The kinds of faults; the README beside this file says what each one does."""

    STATUS = "status"
    BODY = "body"
    DELAY = "delay"
    RESET = "reset"
    LOSE_ANSWER = "lose_answer"
    APPLY_LATE = "apply_late"
    DRIP = "drip"
    STORM = "storm"
    OUTAGE = "outage"
    WRONG_CREDENTIALS = "wrong_credentials"


# These meet every call at the gate, before anything of it is checked. All others meet only calls that would succeed
# or fail at their order, so that a badly made call never uses one up.
GATES = frozenset({Kind.OUTAGE, Kind.WRONG_CREDENTIALS})
LASTING = GATES | {Kind.STORM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which calls a fault is meant for; None is any. *status* is the one that a call sets."""

    method: str | None = None
    order_id: str | None = None
    status: str | None = None

    def fits(self, call: "Match") -> bool:
        """Say whether *call*, described in the same three words, is one of them."""
        pairs = ((self.method, call.method), (self.order_id, call.order_id), (self.status, call.status))
        return all(wanted is None or wanted == found for wanted, found in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault and its parameters; each kind reads its own. Durations are seconds.

    *times* is how often it happens, None: until lifted. *lasts* is how long it stays, None: until lifted or used up.
    """

    kind: Kind
    match: Match = Match()
    times: int | None = 1
    lasts: float | None = None
    when: Literal["before", "after"] = "before"
    seconds: float = 0.0
    answer: int | Literal["reset", "hang"] = "reset"
    code: int = 500
    body: object = None
    size: int | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    pause: float = 0.05
    drip_headers: bool = False
    seed: int = 0
    drawn: tuple[tuple[float, "Fault"], ...] = ()


@dataclass(slots=True)
class Posted:
    """A fault in the queue: what is left of it, and how often it happened."""

    number: int
    fault: Fault
    left: int | None
    ends: float
    chance: Random
    taken: int = 0

    def strike(self) -> Fault | None:
        """Use it once; None when it is a storm whose dice spare this call."""
        struck: Fault | None = self.fault
        if self.fault.kind is Kind.STORM:
            struck = self._draw()
        if struck is not None:
            self.taken += 1
            self.left = None if self.left is None else self.left - 1
        return struck

    def _draw(self) -> Fault | None:
        drawn = self.chance.random()
        for rate, fault in self.fault.drawn:
            drawn -= rate
            if drawn < 0:
                return fault
        return None


class Faults:
    """The queue of faults. A call meets the first one, in the order of posting, that fits and strikes."""

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock = clock
        self._lock = Lock()
        self._numbers = count(1)
        self._posted: dict[int, Posted] = {}

    def post(self, fault: Fault) -> int:
        """Append a fault and give its number."""
        with self._lock:
            number = next(self._numbers)
            ends = float("inf") if fault.lasts is None else self._clock() + fault.lasts
            # Chance is the point of a storm, and its seed makes it repeatable; nothing is kept secret by it.
            self._posted[number] = Posted(number, fault, fault.times, ends, Random(fault.seed))  # noqa: S311
            return number

    def lift(self, number: int | None = None) -> bool:
        """Take back one fault, or all of them; False when there is no such fault."""
        with self._lock:
            if number is not None:
                return self._posted.pop(number, None) is not None
            self._posted.clear()
            return True

    def at_the_gate(self, call: Match) -> Fault | None:
        """Give the outage or the like that *call* meets before it is looked at."""
        return self._take(call, gate=True)

    def take(self, call: Match) -> Fault | None:
        """Give the fault that the well-made *call* meets, and use it up once."""
        return self._take(call, gate=False)

    def report(self) -> list[dict[str, object]]:
        """Give the faults that can still happen."""
        with self._lock:
            self._forget_the_spent()
            return [
                {"id": posted.number, "kind": posted.fault.kind, "left": posted.left, "taken": posted.taken}
                for posted in self._posted.values()
            ]

    def _take(self, call: Match, *, gate: bool) -> Fault | None:
        with self._lock:
            self._forget_the_spent()
            for posted in self._posted.values():
                if (posted.fault.kind in GATES) is gate and posted.fault.match.fits(call):
                    struck = posted.strike()
                    if struck is not None:
                        return struck
            return None

    def _forget_the_spent(self) -> None:
        now = self._clock()
        self._posted = {n: posted for n, posted in self._posted.items() if posted.left != 0 and now < posted.ends}
