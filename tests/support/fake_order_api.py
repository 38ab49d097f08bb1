"""A strict platform in memory, behind the port `OrderApi`: it takes one step at a time, and records every call.

Tests script what goes wrong: each fault that they give to `script` happens to one of the next calls of its kind.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat

from worker.domain.errors import Conflict, OrderMissing, Transient
from worker.domain.evidence.reuse import had_ended_by
from worker.domain.instants import SECOND, Duration, Instant
from worker.domain.orders import Payment, Reading, Reference
from worker.domain.results import Step
from worker.domain.stages import STAGES, Position, Stage, TerminalStatus
from worker.ports import ListedPage, ListedStatus, Update


@dataclass(slots=True)
class FakeOrder:
    """One order as the platform has it."""

    status: str = "pending"
    payment: Payment = Payment.PAID
    notes: str = ""
    number: str = ""
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: `read`, `write`, `find` or `probe`; *stage* is what a write asked for, *order_id* what it is about."""

    kind: str
    at: Instant
    order_id: str = ""
    stage: str = ""
    with_note: bool = False


@dataclass
class FakeOrderApi:
    """One account at the platform. *now* is its clock. Only a write or a test moves an order."""

    now: Callable[[], Instant]
    deadline: Duration = 5 * SECOND
    age: Duration | None = 0
    """How old its answers are, by their own word; None: they do not tell."""
    orders: dict[str, FakeOrder] = field(default_factory=lambda: defaultdict(FakeOrder))
    calls: list[Call] = field(default_factory=list)
    transitions: list[tuple[str, str]] = field(default_factory=list)
    illegal: list[tuple[str, str]] = field(default_factory=list)
    """Writes that skipped a stage, went back, or came to a terminal order, as (shown, wanted)."""
    hanging: list[tuple[str, Stage]] = field(default_factory=list)
    """Writes without an answer that may still be applied: see `apply_late`."""
    faults: dict[str, deque["Fault"]] = field(default_factory=lambda: defaultdict(deque))
    scanned_statuses: Sequence[ListedStatus] = tuple(
        ListedStatus(word.value, word) for word in (*STAGES[:-1], *TerminalStatus)
    )

    def list_orders(self, status: str | None, since: Instant) -> Iterator[ListedPage]:
        return map(self._list, repeat(status))  # after an error, the same page again

    def _list(self, status: str | None) -> ListedPage:
        self.calls.append(Call("list", self.now(), status or "all"))
        self._meet_fault("list", status or "all", None)
        listed = (
            (order_id, self.show(order_id)) for order_id, order in self.orders.items() if status in {None, order.status}
        )
        return ListedPage(tuple(listed), last=True)

    def read(self, order_id: str) -> Reading:
        self.calls.append(Call("read", self.now(), order_id))
        return self._meet_fault("read", order_id, None) or self.show(order_id)

    def compose(self, step: Step, reading: Reading, *, with_note: bool) -> Update:
        update = {"status": step.stage.value}
        if reading.payment is Payment.PAID:
            update["payment_status"] = "paid"
        return update | {"notes": "a line"} if with_note and step.tracking else update

    def write(self, order_id: str, update: Update) -> Reading:
        stage = Stage(str(update["status"]))
        self.calls.append(Call("write", self.now(), order_id, stage, with_note="notes" in update))
        return self._meet_fault("write", order_id, stage) or self.apply(order_id, stage)

    def find(
        self, reference: Reference, ended_by: Instant | None = None, before_call: Callable[[], None] = lambda: None
    ) -> Sequence[str]:
        before_call()
        self.calls.append(Call("find", self.now(), str(reference)))
        self._meet_fault("find", str(reference), None)
        names = ((order_id, getattr(order, reference.kind)) for order_id, order in self.orders.items())
        ids = [order_id for order_id, name in names if name == reference.value]
        return [order_id for order_id in ids if not had_ended_by(self.show(order_id), ended_by)]

    def probe(self) -> None:
        self.calls.append(Call("probe", self.now()))
        self._meet_fault("probe", "", None)

    def script(self, kind: str, *faults: "Fault") -> None:
        """Apply *faults*, one each, to the next calls of this *kind*."""
        self.faults[kind].extend(faults)

    def show(self, order_id: str) -> Reading:
        order = self.orders[order_id]
        position = position_of(order.status)
        as_of = None if self.age is None else self.now() - self.age
        return Reading(order.status, position, self.now(), order.payment, order.notes, number=order.number, as_of=as_of)

    def apply(self, order_id: str, stage: Stage) -> Reading:
        order = self.orders[order_id]
        if stage == order.status:
            return self.show(order_id)
        if order.status not in STAGES or STAGES.index(stage) != STAGES.index(Stage(order.status)) + 1:
            self.illegal.append((order.status, stage.value))
            raise Conflict(f"from {order.status} to {stage}", 409)
        self.transitions.append((order.status, stage.value))
        order.status = stage.value
        return self.show(order_id)

    def apply_late(self) -> None:
        """Apply the writes that hang."""
        while self.hanging:
            self.apply(*self.hanging.pop(0))

    @property
    def reads(self) -> int:
        return sum(call.kind == "read" for call in self.calls)

    @property
    def searches(self) -> list[str]:
        """What was searched for, call by call."""
        return [call.order_id for call in self.calls if call.kind == "find"]

    @property
    def writes(self) -> list[str]:
        """The stages that were asked for, call by call."""
        return [call.stage for call in self.calls if call.kind == "write"]

    @property
    def probes(self) -> int:
        return sum(call.kind == "probe" for call in self.calls)

    def _meet_fault(self, kind: str, order_id: str, stage: Stage | None) -> Reading | None:
        return self.faults[kind].popleft()(self, order_id, stage) if self.faults[kind] else None


Fault = Callable[[FakeOrderApi, str, Stage | None], Reading | None]
"""What happens to a call. If it returns None, the call then goes on as usual."""


def position_of(status: str) -> Position:
    """Return what a status means; a word that is neither a stage nor a terminal status is unknown."""
    if status in STAGES:
        return Stage(status)
    return TerminalStatus(status) if status in tuple(TerminalStatus) else None


def unimpeded(_api: FakeOrderApi, _order_id: str, _stage: Stage | None) -> None:
    """Nothing happens to the call; the next fault is for a later call."""


def fails(error: Exception) -> Fault:
    """The call fails, and changes nothing."""

    def fault(_api: FakeOrderApi, _order_id: str, _stage: Stage | None) -> None:
        raise error

    return fault


def times_out(api: FakeOrderApi, order_id: str, stage: Stage | None) -> None:
    """A write hangs, and may be applied later; a read just fails."""
    if stage is not None:
        api.hanging.append((order_id, stage))
    raise Transient("timed out")


def loses_answer(api: FakeOrderApi, order_id: str, stage: Stage | None) -> None:
    """A write is applied, and its answer is lost."""
    if stage is not None:
        api.apply(order_id, stage)
    raise Transient("connection reset")


def ignores(api: FakeOrderApi, order_id: str, _stage: Stage | None) -> Reading:
    """A write is answered, and changes nothing."""
    return api.show(order_id)


def unknown(_api: FakeOrderApi, order_id: str, _stage: Stage | None) -> None:
    """The platform does not know the order."""
    raise OrderMissing(f"no order {order_id}", 404)


def moves_to(status: str) -> Fault:
    """Somebody moves the order at the platform, and the answer shows the new status."""

    def fault(api: FakeOrderApi, order_id: str, _stage: Stage | None) -> Reading:
        api.orders[order_id].status = status
        return api.show(order_id)

    return fault


def meanwhile(happens: Callable[[], object]) -> Fault:
    """Something else happens during the call; the call itself succeeds."""

    def fault(_api: FakeOrderApi, _order_id: str, _stage: Stage | None) -> None:
        happens()

    return fault
