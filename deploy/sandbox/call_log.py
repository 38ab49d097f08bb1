"""The call log: every call to the order API, with its fields and its result. Thread-safe and bounded."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from threading import Lock
from typing import Literal, TypeAlias

from deploy.sandbox.instants import Clock, UnixMicroseconds, now_us

CALLS_KEPT = 200_000
Mark: TypeAlias = Literal["illegal", "repeat", "applied"]
_COUNTS = ("calls", "reads", "writes", "applied", "illegal", "repeat", "throttled", "faults")


@dataclass(slots=True, kw_only=True)
class Call:
    """One call. The fields are those of `calls` in the report.

    *fields* are the checked fields of a write, *status* the status among them, *fault* the kind of the injected fault.
    *code* is the HTTP status of the response; None while the call runs, and if it got no response.
    *illegal*: the step was illegal when the call arrived, or when it was applied.
    *shown* is the status of the one order that the normal response shows; a fault may have replaced the response.
    """

    number: int
    method: str
    path: str
    order_id: str | None
    started_at: UnixMicroseconds
    ended_at: UnixMicroseconds | None = None
    status: str | None = None
    fields: dict[str, object] = field(default_factory=dict)
    fault: str | None = None
    code: int | None = None
    illegal: bool = False
    repeat: bool = False
    applied: bool = False
    shown: str | None = None


class CallLog:
    """Keeps the first CALLS_KEPT calls, and counts all of them."""

    def __init__(self, clock: Clock) -> None:
        """Start empty. *clock* gives the instants of calls."""
        self._clock = clock
        self._lock = Lock()
        self._calls: list[Call] = []
        self._totals: Counter[str] = Counter()
        self._responses: Counter[str] = Counter()
        self._per_order: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def record_call(self, method: str, path: str, order_id: str | None) -> Call:
        """Record that a call arrived. Calls are numbered from 1 in the order of arrival."""
        with self._lock:
            self._totals["calls"] += 1
            number, now = self._totals["calls"], now_us(self._clock)
            call = Call(number=number, method=method, path=path, order_id=order_id, started_at=now)
            if len(self._calls) < CALLS_KEPT:
                self._calls.append(call)
            self._count_read_or_write(method, order_id)
            return call

    def record_fields(self, call: Call, fields: Mapping[str, object]) -> None:
        """Record the checked *fields* of a write."""
        with self._lock:
            call.fields = dict(fields)
            call.status = str(fields["status"]) if "status" in fields else None

    def record_fault(self, call: Call, kind: str) -> None:
        """Record the fault that is injected into *call*."""
        with self._lock:
            call.fault = kind
            self._totals["faults"] += 1

    def mark(self, call: Call, mark: Mark) -> None:
        """Mark *call* and count the mark. The same mark again changes nothing."""
        with self._lock:
            self._totals[mark] += not getattr(call, mark)
            setattr(call, mark, True)

    def record_shown(self, call: Call, status: str) -> None:
        """Record the status of the order that the normal response to *call* shows."""
        with self._lock:
            call.shown = status

    def record_response(self, call: Call, code: int | None) -> None:
        """Record the HTTP status of the response; None: the connection was closed without one."""
        with self._lock:
            call.code, call.ended_at = code, now_us(self._clock)
            self._responses["none" if code is None else str(code)] += 1
            self._totals["throttled"] += code == HTTPStatus.TOO_MANY_REQUESTS

    def report(self, since: int) -> dict[str, object]:
        """Return the kept calls with a number above *since*, and the counts of reads and writes of each order."""
        with self._lock:
            per_order = {order_id: dict(counts) for order_id, counts in self._per_order.items()}
            return {"calls": [asdict(call) for call in self._calls[since:]], "calls_per_order": per_order}

    def totals(self) -> dict[str, object]:
        """Return the counts of calls, and of responses by HTTP status."""
        with self._lock:
            return {**{name: self._totals[name] for name in _COUNTS}, "answers": dict(self._responses)}

    def _count_read_or_write(self, method: str, order_id: str | None) -> None:
        kind = {"GET": "reads", "PUT": "writes", "POST": "writes"}.get(method)
        if kind is None:
            return
        self._totals[kind] += 1
        # The ids come from outside, so their number needs a bound.
        if order_id is not None and (order_id in self._per_order or len(self._per_order) < CALLS_KEPT):
            self._per_order[order_id].update({"reads": 0, "writes": 0, kind: 1})
