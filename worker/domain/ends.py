"""Ends: what has become of each event once a turn of its order is over."""

from collections.abc import Collection, Mapping

from worker.domain.events import SAYS, EventEnd, EventName, Recorded
from worker.domain.evidence import Evidence
from worker.domain.orders import Ending, Order, Place, has_reached


def ends(
    order: Order, evidence: Evidence, pending: Collection[Recorded], walked: Mapping[Place, int], *, stopped: bool
) -> dict[int, EventEnd]:
    """Say how each of the *pending* events ended, by event id; those still needed are left out.

    *walked* maps each place that we asked for to the newest revision at which we did: an event that
    was known by then was applied, a later one was superseded.
    """
    found = ((e.id, _end_of(e, order, evidence, walked, stopped=stopped)) for e in pending)
    return {event_id: end for event_id, end in found if end is not EventEnd.PENDING}


def _end_of(
    recorded: Recorded, order: Order, evidence: Evidence, walked: Mapping[Place, int], *, stopped: bool
) -> EventEnd:
    name, said = recorded.event.name, SAYS.get(recorded.event.name)
    if name is EventName.HINT:
        return EventEnd.PENDING if order.unread else EventEnd.NOTED
    if said is None and recorded.id not in evidence.alarms:
        return EventEnd.NOTED
    if said and order.place and has_reached(order.place, said):
        return EventEnd.APPLIED if walked.get(said, -1) >= recorded.revision else EventEnd.SUPERSEDED
    if stopped:
        return EventEnd.STOPPED
    return EventEnd.VOID if isinstance(order.closed, Ending) else EventEnd.PENDING
