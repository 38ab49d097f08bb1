"""The results of events at the end of a reconciliation of their order."""

from collections.abc import Collection, Mapping

from worker.domain.events import STAGE_OF, EventName, EventResult, RecordedEvent
from worker.domain.evidence import Evidence
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
        return EventResult.PENDING if order.unread else EventResult.NOTED
    if stage is None and recorded.id not in evidence.alarms:
        return EventResult.NOTED
    if stage and order.stage and has_reached(order.stage, stage):
        return EventResult.APPLIED if requested.get(stage, -1) >= recorded.revision else EventResult.SUPERSEDED
    if stopped:
        return EventResult.STOPPED
    return EventResult.VOID if isinstance(order.closed, TerminalStatus) else EventResult.PENDING
