"""The state of one account's call budget, and its text in the database. Instants are of the database's clock."""

import json
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from worker.domain.accounts.observations import Learned
from worker.domain.instants import MILLISECOND, MINUTE, SECOND, Duration, Instant

BUCKET: Duration = 250 * MILLISECOND
"""Calls of this time are counted together, so that the state of any limit has at most `MAX_BUCKETS`."""
CALL_DELAY: Duration = SECOND
"""A call begins at most this long after it was taken."""
WINDOW: Duration = MINUTE + CALL_DELAY
"""Calls that are taken in this time may fall into one minute of the platform."""
MAX_BUCKETS = WINDOW // BUCKET + 2
GRACE: Duration = 5 * SECOND
"""For this long after its wait, the place of a caller that had to wait is kept."""


@dataclass(frozen=True, slots=True)
class Taken:
    """*calls* that were taken together at *at*."""

    calls: int
    at: Instant


@dataclass(frozen=True, slots=True)
class BudgetState:
    """What was taken from one account's budget, who waits for calls, and what was learned."""

    taken: tuple[Taken, ...] = ()
    """The calls of the last `WINDOW`, the oldest first, at most one entry for each `BUCKET`."""
    paced_to: Instant = 0
    """The calls that were taken last until then, at an even pace."""
    scans_paced_to: Instant = 0
    """The same for the calls of scans, at a tenth of the pace."""
    operators_paced_to: Instant = 0
    """The same for the calls that operators have got before orders."""
    unknown_paced_to: Instant = 0
    """The same for the calls about orders that the platform does not have, at a tenth of the pace."""
    need: int = 0
    """The most calls for which an order waits, until *need_until*. Smaller requests wait until so many are free."""
    need_until: Instant = 0
    operator_until: Instant = 0
    """Until then, orders and scans leave one call more, because an operator waits for it."""
    scan_until: Instant = 0
    """The same for a scan, which orders leave a call."""
    learned: Learned = field(default_factory=Learned)

    @property
    def used(self) -> int:
        """How many calls count."""
        return sum(taken.calls for taken in self.taken)

    def used_until(self, at: Instant) -> int:
        """How many of them were taken up to *at*."""
        return sum(taken.calls for taken in self.taken if taken.at <= at)

    def settled(self, now: Instant) -> "BudgetState":
        """Return the state at *now*: what is older than the window is gone.

        A state from the future, after a clock was set back, counts as taken now, so nobody waits for longer than a
        window.
        """
        longest = now + WINDOW + GRACE
        taken = self.taken
        if taken and taken[-1].at > now:
            taken = _merged(Taken(entry.calls, min(entry.at, now)) for entry in taken)
        return replace(
            self,
            taken=taken[bisect_left(taken, now - WINDOW, key=attrgetter("at")) :],
            paced_to=min(self.paced_to, now + MINUTE),
            scans_paced_to=min(self.scans_paced_to, now + MINUTE),
            operators_paced_to=min(self.operators_paced_to, now + WINDOW),
            unknown_paced_to=min(self.unknown_paced_to, now + MINUTE),
            need_until=min(self.need_until, longest),
            operator_until=min(self.operator_until, longest),
            scan_until=min(self.scan_until, longest),
            learned=self.learned.settled(now),
        )

    def adding(self, taken: Taken) -> "BudgetState":
        """Return the state after *taken*, which is not older than anything in it."""
        return replace(self, taken=(*self.taken[:-1], *_merged((*self.taken[-1:], taken))))

    def without(self, unused: Taken) -> tuple["BudgetState", int]:
        """Return the state without *unused* calls, and how many of them still counted.

        They are removed from their own bucket, else from older ones. What remains then ends later than it might, so no
        minute gets too many calls.
        """
        left, kept = unused.calls, list[Taken]()
        for taken in reversed(self.taken):
            removed = min(left, taken.calls) if taken.at // BUCKET <= unused.at // BUCKET else 0
            left -= removed
            if taken.calls > removed:
                kept.append(Taken(taken.calls - removed, taken.at))
        return replace(self, taken=tuple(reversed(kept))), unused.calls - left


def _merged(all_taken: Iterable[Taken]) -> tuple[Taken, ...]:
    """Return one entry for each bucket. It counts as taken at its latest instant."""
    buckets: dict[Instant, Taken] = {}
    for taken in all_taken:
        earlier = buckets.get(taken.at // BUCKET, Taken(0, taken.at))
        buckets[taken.at // BUCKET] = Taken(earlier.calls + taken.calls, max(earlier.at, taken.at))
    return tuple(buckets[bucket] for bucket in sorted(buckets))


def text_of(state: BudgetState) -> str:
    """Return *state* as compact JSON. Instants of calls are milliseconds, each after the one before it."""
    steps, before = list[int](), 0
    for taken in state.taken:
        steps += [taken.at // MILLISECOND - before, taken.calls]
        before = taken.at // MILLISECOND
    others = {name: getattr(state, name) for name in _INTEGERS if getattr(state, name)}
    learned = list(astuple(state.learned)) if state.learned != Learned() else []
    return json.dumps({"taken": steps, **others, "learned": learned}, separators=(",", ":"))


def state_of(text: str) -> BudgetState:
    """Return the state in *text*: a new state if it is empty or unreadable. Unknown keys are of a newer version."""
    try:
        values = json.loads(text)
        steps = _integers(values["taken"])
        learned = _integers(values["learned"])[: len(fields(Learned))]
        others = dict(zip(_INTEGERS, _integers([values.get(name, 0) for name in _INTEGERS]), strict=True))
        return BudgetState(_taken(steps[: 2 * MAX_BUCKETS]), **others, learned=Learned(*learned))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return BudgetState()


_INTEGERS = tuple(f.name for f in fields(BudgetState) if f.name not in {"taken", "learned"})


def _taken(steps: list[int]) -> tuple[Taken, ...]:
    at, entries = 0, list[Taken]()
    for step, calls in zip(steps[::2], steps[1::2], strict=True):
        at += step * MILLISECOND
        entries.append(Taken(calls, at))
    return tuple(entries)


def _integers(values: Any) -> list[int]:  # noqa: ANN401 - JSON
    """Return a list of whole numbers that are not negative. Raises ValueError for anything else."""
    if not all(type(value) is int and 0 <= value < 2**62 for value in values):
        raise ValueError("not a whole number")
    return list(values)
