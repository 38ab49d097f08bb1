"""Waits for what becomes of a test event: until its order stands where the event says, or needs a person."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic, sleep

from worker.application.context import Context
from worker.application.explaining import explanation_of
from worker.cli.json_lines import Document
from worker.domain.errors import IllegalRequest
from worker.domain.events import EventResult
from worker.domain.instants import SECOND, Instant
from worker.domain.orders import OrderKey
from worker.domain.overview.filters import DeliveryFilter
from worker.domain.overview.snapshot import State
from worker.operations.explain.explanation import Explanation
from worker.operations.phrases import with_detail
from worker.processes.exits import NEEDS_A_PERSON, UNREACHABLE, WELL
from worker.store.queries.deliveries import DeliveryDetails, DeliveryQueries

POLL_SECONDS = 0.5
MAX_LOOKED_AT = 200
"""How many of the newest deliveries of the source are compared with what was sent."""
_DONE = {EventResult.APPLIED, EventResult.SUPERSEDED, EventResult.NOTED}


class End(StrEnum):
    """How the wait has ended."""

    DONE = "done"
    """The order stands where the event says, or beyond."""
    FAILED = "failed"
    """The event has no effect before a person has acted."""
    TIMEOUT = "timeout"
    """The event is still pending."""


_CODES = {End.DONE: WELL, End.FAILED: NEEDS_A_PERSON, End.TIMEOUT: UNREACHABLE}


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the *body* of the source's delivery. *order* is the order's name, as `OrderFinder.find` reads it.

    *event_id* is that of the event, if the receiver's answer tells it; None for others.
    """

    source: str
    body: bytes
    order: str
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the event. *sentence* says it; *explanation* is that of the order, if there is one."""

    end: End
    sentence: str
    explanation: Explanation | None = None

    @property
    def code(self) -> int:
        """The exit code."""
        return _CODES[self.end]

    def document(self) -> Document:
        """Return it as JSON values."""
        return {
            "end": self.end,
            "sentence": self.sentence,
            "order_key": str(self.explanation.order) if self.explanation else None,
            "explanation": self.explanation.document() if self.explanation else None,
        }

    def print(self) -> None:
        """Print it for people; and what the order waits for, unless all is well."""
        from worker.cli.orders.explanations import print_explanation
        from worker.cli.printing import print_sentence

        print_sentence(self.sentence)
        if self.explanation and self.end is not End.DONE:
            print_explanation(self.explanation)


def begin(context: Context) -> Instant:
    """Return the instant from which on the delivery is looked for; call it before the event is sent."""
    with context.database.read() as connection:
        return context.database.now(connection) - SECOND


def wait_for(context: Context, sent: Sent, since: Instant, timeout_seconds: float) -> Outcome:
    """Wait for what becomes of the delivery *sent*, which came after *since*, at most *timeout_seconds*.

    A repeated event changes nothing, so it is the first delivery of the event that is waited for.
    """
    delivery_id = _find(DeliveryQueries(context.database), sent, since) or _find_first(context, sent)
    if delivery_id is None:
        return Outcome(
            End.FAILED,
            "The delivery is not kept: it is of no interest, or repeats an event, or the receiver has another"
            " database.",
        )
    ends_at = monotonic() + timeout_seconds
    while True:
        outcome = _look(context, delivery_id)
        if outcome.end is not End.TIMEOUT or monotonic() >= ends_at:
            return outcome
        sleep(min(POLL_SECONDS, max(0.0, ends_at - monotonic())))


def _find(queries: DeliveryQueries, sent: Sent, since: Instant) -> int | None:
    for row in queries.page(DeliveryFilter(source=sent.source, since=since), MAX_LOOKED_AT).rows:
        _, delivery = queries.show(row.id)
        if delivery and delivery.body == sent.body:
            return row.id
    return None


def _find_first(context: Context, sent: Sent) -> int | None:
    """Return the id of the delivery that brought the event first; None if the order does not have the event."""
    with suppress(IllegalRequest):
        snapshot = context.operations.snapshot(context.operations.find(sent.order))
        entries = (entry for entry in snapshot.event_entries if entry.recorded.id == sent.event_id)
        return next((entry.delivery_id for entry in entries), None)
    return None


def _look(context: Context, delivery_id: int) -> Outcome:
    """Return what has become of a delivery by now; `TIMEOUT` while it is not decided."""
    _, delivery = DeliveryQueries(context.database).show(delivery_id)
    if delivery is None:
        return Outcome(End.FAILED, f"Delivery {delivery_id} is not kept any more.")
    if not delivery.events:
        why = with_detail(delivery.row.outcome, ": ".join(filter(None, (delivery.row.reason, delivery.row.detail))))
        return Outcome(End.FAILED, f"Delivery {delivery_id} is {why}: see `fulfillment deliveries show {delivery_id}`.")
    key = delivery.events[0].order
    explanation = explanation_of(context, key)
    end = _end(delivery, explanation)
    return Outcome(end, _sentence(end, key, explanation), explanation)


def _end(delivery: DeliveryDetails, explanation: Explanation) -> End:
    results: Sequence[str] = [event.result for event in delivery.events]
    if all(result in _DONE for result in results):
        return End.DONE
    is_over = explanation.state is State.STOPPED or any(
        result in {EventResult.STOPPED, EventResult.VOID} for result in results
    )
    return End.FAILED if is_over else End.TIMEOUT


def _sentence(end: End, key: OrderKey, explanation: Explanation) -> str:
    stage = explanation.stage or "not shown by its platform yet"
    match end:
        case End.DONE:
            return f"{key} is {stage}: it stands where the event says."
        case End.FAILED:
            return f"{key} is {stage}, and does not follow the event:"
        case End.TIMEOUT:
            return f"{key} is {stage}, and the event is still pending:"
