"""The reconciliation of an order that is known by its id."""

from dataclasses import replace

from worker.domain.accounts.call_pace import MOST_CALLS
from worker.domain.errors import ApiError, Conflict, Rejected, Transient
from worker.domain.events import EventResult
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import SECOND, Duration
from worker.domain.lanes import is_unknown
from worker.domain.lifecycle.event_results import event_results
from worker.domain.lifecycle.lifecycle import (
    COALESCE_HINTS,
    confirm,
    decide,
    may_coalesce,
    needs_no_read,
    observe,
    resting_result,
    settle,
)
from worker.domain.orders import Order, Reading
from worker.domain.reasons import WaitReason, WriteOutcome
from worker.domain.results import Later, Result, Step, Stopped
from worker.domain.stages import Stage, has_reached, stages_ahead
from worker.ports import AnnouncedWrite, Finished, LeasedOrder, Update, WriteResult
from worker.reconcile.call_reservation import BudgetExhausted
from worker.reconcile.observer import SentWrite
from worker.reconcile.reconciliation import Interrupted, Ports, Reconciliation, lease_length

READING_LASTS = 10 * SECOND
"""For this long, a reading justifies writes."""
SEND_WITHIN = SECOND
"""A write is sent within this time after its announcement began, or not at all."""
MAX_ROUNDS = 12
"""The most steps and reads in one reconciliation; then other orders get their chance."""


class OrderReconciliation(Reconciliation):
    """Reconciles one order. With *coalesce_hints*, new hints wait when the order was read just now."""

    def __init__(self, ports: Ports, leased: LeasedOrder, began_us: int, *, coalesce_hints: bool) -> None:
        super().__init__(ports, leased, began_us)
        self._coalesce_hints = coalesce_hints
        self._requested = dict(leased.requested)
        self._with_note = True
        """False after the platform has refused a write with our line in the notes."""
        self._last_write: WriteResult | None = None
        """A result that is not recorded yet: the next announcement or the end records it, which saves a transaction."""
        self._call_took: Duration = 0
        """How long the last write took."""
        self.evidence = weigh(leased.events, leased.order.acknowledged, leased.order.counting_source)

    def _reconcile(self) -> Result:
        new_events = [e for e in self._leased.events if e.revision > self.order.seen_revision]
        if needs_no_read(self.order, self.evidence, new_events):
            return resting_result(self.order, self.evidence, self._policy)
        self.order = replace(self.order, unread=True)
        if self._coalesce_hints and may_coalesce(self.order, new_events, self._now()):
            return Later((self.order.read_at or 0) + COALESCE_HINTS, WaitReason.JUST_READ)
        self._calls.reserve(self._foreseen_calls())
        reading = self._read()
        for _ in range(MAX_ROUNDS):
            decision = decide(self.order, self.evidence, reading, self._policy, self._now())
            if not isinstance(decision, Step):
                self.order = settle(self.order, decision)
                return decision
            reading = self._read() if self._is_too_old(reading) else self._take_step(decision, reading)
        return Later(self._now() + SECOND, WaitReason.INTERRUPTED, firm=True)

    def _foreseen_calls(self) -> int:
        """Return how many calls this may need: a read, the steps ahead, and one step that only the read can show.

        They are reserved together. Otherwise, with few calls left, many orders would be read, and none written. An
        order that the platform has never shown may not exist, so only the read is reserved.
        """
        return 1 if is_unknown(self.order) else min(2 + self._steps_ahead(), MOST_CALLS)

    def _steps_ahead(self) -> int:
        return len(stages_ahead(self.order.stage or Stage.PENDING, self.evidence.target))

    def _read(self) -> Reading:
        self._record_last_write()
        self._calls.reserve()
        self._require_time_for_a_call()
        self._calls.use()
        began_at = self._now()
        with self._ports.calling():
            reading = replace(self._api.read(self.order.key.order_id), read_at=began_at)
        if self._is_too_old(reading):
            raise Transient("the answer to a read came too late to be of use")
        self.order = observe(self.order, reading)
        self._calls.is_known()
        return reading

    def _record_last_write(self) -> None:
        """Record the last write before a read. If the worker dies in between, the order is read again."""
        if last_write := self._take_last_write():
            unread = replace(last_write, order=replace(last_write.order, unread=True))
            if not self._ports.store.record_answer(self._leased, unread):
                raise Interrupted

    def _is_too_old(self, reading: Reading) -> bool:
        return self._now() - reading.read_at > READING_LASTS

    def _take_step(self, step: Step, reading: Reading) -> Reading:
        """Take one step and return the new reading.

        After a refusal, the order is read again, because somebody may have changed it since. If nobody has, the same
        step is tried without our note; if that is refused as well, the refusal is raised.
        """
        update = self._api.compose(step, reading, with_note=self._with_note)
        try:
            return self._write(step, update, reading)
        except (Rejected, Conflict) as refusal:
            latest = self._read_after(refusal)
            if _shows_a_change(reading, latest):
                return latest
            has_note = update != self._api.compose(step, reading, with_note=False)
            if isinstance(refusal, Conflict) or not has_note:
                raise
            self._with_note = False
            return latest

    def _read_after(self, refusal: ApiError) -> Reading:
        """Read the order after a *refusal*. If no call may be made now, the refusal waits like a conflict."""
        try:
            return self._read()
        except BudgetExhausted:
            raise Conflict(refusal.message, refusal.status, refusal.code, refusal.request_id) from refusal

    def _write(self, step: Step, update: Update, reading: Reading) -> Reading:
        if self._ports.is_stopping():
            raise Interrupted
        self._calls.reserve(max(1, min(self._steps_ahead(), MOST_CALLS)))
        began_us = self._ports.monotonic_us()
        lease_for, last_write = lease_length(self._api), self._take_last_write()
        announced = self._ports.store.announce(self._leased, step, update, lease_for, last_write)
        if announced is None:
            raise Interrupted
        self._lease_until = announced.lease_until
        is_late = self._ports.monotonic_us() - began_us > SEND_WITHIN or self._calls.is_late
        if is_late or self._is_too_old(reading):
            self._last_write = WriteResult(announced, self.order, WriteOutcome.NOT_SENT)
            return reading
        return self._send(step, update, announced)

    def _send(self, step: Step, update: Update, announced: AnnouncedWrite) -> Reading:
        before, answer = self.order, None
        self.order = replace(before, sending=step.stage, sent_at=announced.sent_at)
        self._calls.use()
        try:
            answer = replace(self._call(update), read_at=announced.sent_at)
            reading = self._complete(answer)
            _require_stage(reading, step.stage)
        except ApiError as error:
            refused = error.definite and answer is None
            outcome = WriteOutcome.FAILED if refused else WriteOutcome.UNCERTAIN
            write = self._record(announced, before if refused else self.order, outcome, error)
            self._tell(write, before, step, answer or error)
            raise
        self._requested |= dict.fromkeys(_stages_requested(step, reading), self._leased.order.revision)
        outcome = WriteOutcome.CONFIRMED if isinstance(reading.position, Stage) else WriteOutcome.TERMINAL
        write = self._record(announced, confirm(self.order, reading), outcome)
        self._tell(write, before, step, answer)
        if reading.partial:
            raise Interrupted  # the next reconciliation begins with a read
        return reading

    def _call(self, update: Update) -> Reading:
        """Send *update*, and measure how long the call takes."""
        with self._ports.calling():
            began_us = self._ports.monotonic_us()
            try:
                return self._api.write(self.order.key.order_id, update)
            finally:
                self._call_took = self._ports.monotonic_us() - began_us

    def _complete(self, answer: Reading) -> Reading:
        """Return *answer*, that to a write, or the order as a read shows it if the answer leaves out what was written.

        If no call may be made now, the answer counts as far as it shows.
        """
        if not answer.partial:
            return answer
        try:
            self._calls.reserve()
            self._require_time_for_a_call()
        except (BudgetExhausted, Interrupted):
            return answer
        self._calls.use()
        with self._ports.calling():
            return replace(self._api.read(self.order.key.order_id), read_at=answer.read_at, as_of=None)

    def _finish(self, result: Result) -> Finished:
        pending = [e for e in self._leased.events if e.result is EventResult.PENDING]
        stopped = isinstance(result, Stopped)
        results = event_results(self.order, self.evidence, pending, self._requested, stopped=stopped)
        at_rest = result == resting_result(self.order, self.evidence, self._policy)
        order = replace(self.order, unread=self.order.unread or not at_rest)
        return self._ports.store.finish(self._leased, order, result, results, self._take_last_write())

    def _record(
        self, announced: AnnouncedWrite, order: Order, outcome: WriteOutcome, failure: ApiError | None = None
    ) -> WriteResult:
        self.order = order
        self._last_write = WriteResult(announced, order, outcome, failure)
        return self._last_write

    def _tell(self, write: WriteResult, before: Order, step: Step, answer: Reading | ApiError) -> None:
        """Tell the observer of a *write* of *step*, which moves the order from *before*, and of its *answer*."""
        status = answer.status if isinstance(answer, ApiError) else answer.http_status
        sent = SentWrite(write, before.status, step.stage, self._call_took, status, answer.request_id)
        self._ports.observer.wrote(self._leased, sent)

    def _take_last_write(self) -> WriteResult | None:
        last_write, self._last_write = self._last_write, None
        return last_write


def _shows_a_change(before: Reading, after: Reading) -> bool:
    """Tell whether somebody has changed the order between two readings in a way that a refusal may be about."""
    return (before.status, before.position, before.payment) != (after.status, after.position, after.payment)


def _require_stage(reading: Reading, stage: Stage) -> None:
    """Raise `Transient` when the answer to a write of *stage* shows an earlier one: then the write is uncertain."""
    if isinstance(reading.position, Stage) and not has_reached(reading.position, stage):
        raise Transient(f"the answer to a write of {stage} shows {reading.status}")


def _stages_requested(step: Step, reading: Reading) -> tuple[Stage, ...]:
    """Return the stages that a write asked for; completion is one of them if the answer, *reading*, shows it."""
    completed = step.completes and reading.position is Stage.COMPLETED
    return (step.stage, Stage.COMPLETED) if completed else (step.stage,)
