"""Every call that came, what it asked for and what became of it. Thread-safe and bounded."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from threading import Lock
from typing import Literal

from deploy.sandbox.store import Clock

CALLS_KEPT = 200_000
Flag = Literal["illegal", "repeat", "applied"]


@dataclass(slots=True, kw_only=True)
class Call:
    """One call; instants are microseconds since the epoch. *code* is None while it runs and when nothing was answered.

    *sent* holds the checked fields of a write, *status* the status among them, *fault* the kind of the fault it met.
    *illegal*: at its arrival, or when it was applied, the step was not the order's next one.
    """

    number: int
    method: str
    path: str
    order_id: str | None
    started_at: int
    ended_at: int | None = None
    status: str | None = None
    sent: dict[str, object] = field(default_factory=dict)
    fault: str | None = None
    code: int | None = None
    illegal: bool = False
    repeat: bool = False
    applied: bool = False


class Ledger:
    """Keeps the first CALLS_KEPT calls whole and counts all of them."""

    def __init__(self, clock: Clock) -> None:
        """Start empty; *clock* dates every call."""
        self._clock = clock
        self._lock = Lock()
        self._calls: list[Call] = []
        self._totals: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self._per_order: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def open(self, method: str, path: str, order_id: str | None) -> Call:
        """Write down that a call came. Its number is its place in the order of arrival, from 1."""
        with self._lock:
            self._totals["calls"] += 1
            now = self._now()
            call = Call(number=self._totals["calls"], method=method, path=path, order_id=order_id, started_at=now)
            if len(self._calls) < CALLS_KEPT:
                self._calls.append(call)
            self._count(method, order_id)
            return call

    def note(self, call: Call, *, sent: Mapping[str, object] | None = None, fault: str | None = None) -> None:
        """Write down the fields that were sent, or the fault that the call meets."""
        with self._lock:
            if sent is not None:
                call.sent, call.status = dict(sent), str(sent["status"]) if "status" in sent else None
            if fault is not None:
                call.fault = fault
                self._totals["faults"] += 1

    def flag(self, call: Call, flag: Flag) -> None:
        """Mark the call, once, and count it."""
        with self._lock:
            self._totals[flag] += not getattr(call, flag)
            setattr(call, flag, True)

    def close(self, call: Call, code: int | None) -> None:
        """Write down the answer: its HTTP status, or None when the connection was cut without one."""
        with self._lock:
            call.code, call.ended_at = code, self._now()
            self._answers["none" if code is None else str(code)] += 1
            self._totals["throttled"] += code == HTTPStatus.TOO_MANY_REQUESTS

    def report(self, since: int) -> dict[str, object]:
        """Give the calls numbered above *since* that were kept, and the reads and writes of each order."""
        with self._lock:
            per_order = {order: dict(counts) for order, counts in self._per_order.items()}
            return {"calls": [asdict(call) for call in self._calls[since:]], "calls_per_order": per_order}

    def totals(self) -> dict[str, object]:
        """Count calls by what they were, and answers by HTTP status."""
        names = ("calls", "reads", "writes", "applied", "illegal", "repeat", "throttled", "faults")
        with self._lock:
            return {**{name: self._totals[name] for name in names}, "answers": dict(self._answers)}

    def _count(self, method: str, order_id: str | None) -> None:
        kind = {"GET": "reads", "PUT": "writes", "POST": "writes"}.get(method)
        if kind is None:
            return
        self._totals[kind] += 1
        # Names of orders come from outside: as many as calls are kept, no more.
        if order_id is not None and (order_id in self._per_order or len(self._per_order) < CALLS_KEPT):
            self._per_order[order_id].update({"reads": 0, "writes": 0, kind: 1})

    def _now(self) -> int:
        return int(self._clock() * 1_000_000)
