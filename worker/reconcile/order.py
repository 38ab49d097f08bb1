"""The reconciliation of an order that is known by its id."""

from dataclasses import replace

from worker.domain.errors import ApiError, Rejected, Transient
from worker.domain.event_results import event_results
from worker.domain.events import EventResult
from worker.domain.evidence import weigh
from worker.domain.gcra import MIN_BURST
from worker.domain.instants import SECOND
from worker.domain.lifecycle import (
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
        self.evidence = weigh(leased.events, leased.order.acknowledged)

    def _reconcile(self) -> Result:
        new_events = [e for e in self._leased.events if e.revision > self.order.seen_revision]
        if needs_no_read(self.order, self.evidence, new_events):
            return resting_result(self.order, self._policy)
        self.order = replace(self.order, unread=True)
        if self._coalesce_hints and may_coalesce(self.order, new_events, self._now()):
            return Later((self.order.read_at or 0) + COALESCE_HINTS, WaitReason.JUST_READ)
        self._calls.reserve(self._calls_ahead())
        reading = self._read()
        for _ in range(MAX_ROUNDS):
            decision = decide(self.order, self.evidence, reading, self._policy, self._now())
            if not isinstance(decision, Step):
                self.order = settle(self.order, decision)
                return decision
            reading = self._read() if self._is_too_old(reading) else self._take_step(decision, reading)
        return Later(self._now() + SECOND, WaitReason.INTERRUPTED, firm=True)

    def _calls_ahead(self) -> int:
        """Return how many calls this may need: a read, the steps ahead, and one step that only the read can show.

        They are reserved together. Otherwise, with few calls left, many orders would be read, and none written.
        """
        ahead = stages_ahead(self.order.stage or Stage.PENDING, self.evidence.target)
        return min(2 + len(ahead), MIN_BURST)

    def _read(self) -> Reading:
        self._calls.reserve()
        last_write = self._take_last_write()
        if last_write and not self._ports.store.record_answer(self._leased, last_write):
            raise Interrupted
        self._require_time_for_a_call()
        self._calls.use()
        began_at = self._now()
        reading = replace(self._api.read(self.order.key.order_id), read_at=began_at)
        if self._is_too_old(reading):
            raise Transient("the answer to a read came too late to be of use")
        self.order = observe(self.order, reading)
        return reading

    def _is_too_old(self, reading: Reading) -> bool:
        return self._now() - reading.read_at > READING_LASTS

    def _take_step(self, step: Step, reading: Reading) -> Reading:
        """Take one step and return the new reading. After a refusal, the same step is tried without our note."""
        update = self._api.compose(step, reading, with_note=self._with_note)
        try:
            return self._write(step, update, reading)
        except Rejected:
            if update == self._api.compose(step, reading, with_note=False):
                raise
            self._with_note = False
            return reading

    def _write(self, step: Step, update: Update, reading: Reading) -> Reading:
        self._calls.reserve()
        began_us = self._ports.monotonic_us()
        lease_for, last_write = lease_length(self._api), self._take_last_write()
        announced = self._ports.store.announce(self._leased, step, update, lease_for, last_write)
        if announced is None:
            raise Interrupted
        self._lease_until = announced.lease_until
        if self._ports.monotonic_us() - began_us > SEND_WITHIN or self._is_too_old(reading):
            self._last_write = WriteResult(announced, self.order, WriteOutcome.NOT_SENT)
            return reading
        return self._send(step, update, announced)

    def _send(self, step: Step, update: Update, announced: AnnouncedWrite) -> Reading:
        before = self.order
        self.order = replace(before, sending=step.stage, sent_at=announced.sent_at)
        self._calls.use()
        try:
            reading = replace(self._api.write(self.order.key.order_id, update), read_at=announced.sent_at)
            _require_stage(reading, step.stage)
        except ApiError as error:
            outcome = WriteOutcome.FAILED if error.definite else WriteOutcome.UNCERTAIN
            self._record(announced, before if error.definite else self.order, outcome, error)
            raise
        self._requested |= dict.fromkeys(_stages_requested(step, reading), self._leased.order.revision)
        outcome = WriteOutcome.CONFIRMED if isinstance(reading.position, Stage) else WriteOutcome.TERMINAL
        self._record(announced, confirm(self.order, reading), outcome)
        return reading

    def _finish(self, result: Result) -> Finished:
        pending = [e for e in self._leased.events if e.result is EventResult.PENDING]
        stopped = isinstance(result, Stopped)
        results = event_results(self.order, self.evidence, pending, self._requested, stopped=stopped)
        at_rest = result == resting_result(self.order, self._policy)
        order = replace(self.order, unread=self.order.unread or not at_rest)
        return self._ports.store.finish(self._leased, order, result, results, self._take_last_write())

    def _record(
        self, announced: AnnouncedWrite, order: Order, outcome: WriteOutcome, failure: ApiError | None = None
    ) -> None:
        self.order = order
        self._last_write = WriteResult(announced, order, outcome, failure)

    def _take_last_write(self) -> WriteResult | None:
        last_write, self._last_write = self._last_write, None
        return last_write


def _require_stage(reading: Reading, stage: Stage) -> None:
    """Raise `Transient` when the answer to a write of *stage* shows an earlier one: then the write is uncertain."""
    if isinstance(reading.position, Stage) and not has_reached(reading.position, stage):
        raise Transient(f"the answer to a write of {stage} shows {reading.status}")


def _stages_requested(step: Step, reading: Reading) -> tuple[Stage, ...]:
    """Return the stages that a write asked for; completion is one of them if the answer, *reading*, shows it."""
    completed = step.completes and reading.position is Stage.COMPLETED
    return (step.stage, Stage.COMPLETED) if completed else (step.stage,)
