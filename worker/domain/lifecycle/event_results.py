"""The results of events at the end of a reconciliation of their order."""

from collections.abc import Collection, Mapping

from worker.domain.events import STAGE_OF, EventName, EventResult, RecordedEvent
from worker.domain.evidence.carriers import of_carrier
from worker.domain.evidence.evidence import Evidence
from worker.domain.lifecycle.lifecycle import rests_closed
from worker.domain.orders import Order
from worker.domain.stages import Stage, TerminalStatus, has_reached


def event_results(
    order: Order,
    evidence: Evidence,
    pending: Collection[RecordedEvent],
    requested: Mapping[Stage, int],
    *,
    stopped: bool,
) -> dict[int, EventResult]:
    """Return the results of the *pending* events, by event id. An event that is still needed is not in it.

    *requested* maps each stage that we asked the platform for to the newest revision at which we did. An event up to
    that revision was applied; a later one was superseded. *stopped*: the reconciliation stops the order.
    """
    results = {event.id: _result_of(event, order, evidence, requested, stopped=stopped) for event in pending}
    return {event_id: result for event_id, result in results.items() if result is not EventResult.PENDING}


def _result_of(
    recorded: RecordedEvent, order: Order, evidence: Evidence, requested: Mapping[Stage, int], *, stopped: bool
) -> EventResult:
    name, stage = recorded.event.name, STAGE_OF.get(recorded.event.name)
    if name is EventName.HINT:
        return EventResult.PENDING if order.unread and not rests_closed(order, evidence) else EventResult.NOTED
    if not of_carrier([recorded], order.counting_source):
        return EventResult.VOID
    if stage is None and recorded.id not in evidence.alarms:
        return EventResult.NOTED
    if stage and order.stage and has_reached(order.stage, stage):
        return EventResult.APPLIED if requested.get(stage, -1) >= recorded.revision else EventResult.SUPERSEDED
    if stopped:
        return EventResult.STOPPED
    is_closed = isinstance(order.closed, TerminalStatus) or rests_closed(order, evidence)
    return EventResult.VOID if is_closed else EventResult.PENDING
