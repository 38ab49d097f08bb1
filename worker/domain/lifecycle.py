"""The life of an order: what a reading changes in what we remember, and the next step from there.

The two functions to know are `observe` (a reading came) and `decide` (what now?). A turn is a read,
`observe`, then `decide` and one write in turn, until the answer is an end. Instants are microseconds by the
journal's clock; *now* is handed in.
"""

from collections.abc import Collection
from dataclasses import replace

from worker.domain.events import EventName, Recorded
from worker.domain.evidence import Evidence
from worker.domain.instants import HOUR, MINUTE, SECOND
from worker.domain.orders import (
    ROAD,
    Done,
    Ending,
    Later,
    Order,
    Place,
    Policy,
    Reading,
    Step,
    Stopped,
    TurnEnd,
    has_reached,
)

RECHECK_BEHIND = MINUTE
"""An order seen behind its confirmed place is read again after this long, before anybody is called."""
RECHECK_DRY_RUN = HOUR
DRY_RUN = "dry_run"
COALESCE_HINTS = 5 * SECOND
"""Hints about one order lead to one read in this time, at most."""


def asks_nothing(order: Order, evidence: Evidence, unseen: Collection[Recorded]) -> bool:
    """Tell whether the *unseen* news can end without a read: it speaks of places already passed.

    A repeated hint writes no event: a revision without an event is a hint.
    """
    if not unseen or order.place is None or order.unread or order.sending or order.behind_at or evidence.alarm:
        return False
    if any(e.event.name is EventName.HINT for e in unseen) or _is_hinted_again(order, unseen):
        return False
    if isinstance(order.closed, Ending):
        return evidence.moved_revision <= max(order.closed_revision, order.acknowledged)
    return has_reached(order.place, evidence.place)


def _is_hinted_again(order: Order, unseen: Collection[Recorded]) -> bool:
    return order.revision - order.seen_revision > len({e.revision for e in unseen})


def rest(order: Order, policy: Policy) -> Done | Later:
    """Where an order waits when its news asks for nothing."""
    if order.place is Place.DELIVERED and order.delivered_at is not None and order.closed is None:
        return Later(order.delivered_at + policy.complete_after, "complete_after")
    return Done()


def only_hinted(order: Order, unseen: Collection[Recorded], now: int) -> bool:
    """Tell whether the news is nothing but hints, and the last read is younger than five seconds."""
    news = order.revision > order.seen_revision
    # A clock that was set back must not make a read look young for hours.
    fresh = order.read_at is not None and 0 <= now - order.read_at < COALESCE_HINTS
    return news and fresh and all(e.event.name is EventName.HINT for e in unseen)


def observe(order: Order, reading: Reading) -> Order:
    """Return *order* as it is known after *reading*: hand moves ahead are adopted, endings close it.

    A reading behind the confirmed place changes no place: `decide` looks at it twice.
    """
    seen = replace(order, status=reading.status, read_at=reading.read_at, unread=False, missing_since=None)
    if reading.number:
        seen = replace(seen, number=reading.number)
    if order.sending:
        seen = replace(seen, uncertain_at=order.sent_at)
    if not isinstance(reading.standing, Place):
        return _close(seen, reading.standing) if reading.standing else seen
    if order.place and not has_reached(reading.standing, order.place):
        return replace(seen, behind_at=order.behind_at or reading.read_at)
    return _reach(seen, reading.standing, reading.read_at)


def confirm(order: Order, reading: Reading) -> Order:
    """Return *order* after the platform's answer to a write showed the wanted place, or one beyond it."""
    seen = observe(replace(succeed(order), sending=None, sent_at=None), reading)
    return replace(seen, confirmed_at=reading.read_at)


def _close(order: Order, closed: Ending | Place) -> Order:
    if order.closed == closed:
        return order
    # Refunded after it was cancelled: what moved in between still moved after the first ending.
    since = order.closed_revision if isinstance(order.closed, Ending) else order.revision
    return replace(order, closed=closed, closed_revision=since, sending=None, sent_at=None)


def succeed(order: Order) -> Order:
    """Return *order* with its failures forgotten: something that it waited for has worked."""
    return replace(order, failures=0, failing_since=None, conflicts=0)


def conclude(order: Order, end: TurnEnd) -> Order:
    """Return *order* as a walk leaves it that was free to go on: at rest, no write of it is uncertain any more."""
    walked = succeed(order)
    return replace(walked, sending=None, sent_at=None) if isinstance(end, Done) else walked


def _reach(order: Order, place: Place, now: int) -> Order:
    shown = order.sending is not None and has_reached(place, order.sending)
    reached = replace(
        order if place is order.place else succeed(order),
        place=place,
        behind_at=None,
        sending=None if shown else order.sending,
        sent_at=None if shown else order.sent_at,
        delivered_at=order.delivered_at or (now if has_reached(place, Place.DELIVERED) else None),
        closed=None,
    )
    return _close(reached, place) if place is Place.COMPLETED else reached


def decide(order: Order, evidence: Evidence, reading: Reading, policy: Policy, now: int) -> Step | TurnEnd:
    """Name the next step of an order that was just read, or how this turn ends.

    *order* is what `observe` or `confirm` returned for *reading*.
    """
    if reading.standing is None:
        return Stopped("unknown_status", f"the platform shows the status “{reading.status}”, which we do not know")
    if isinstance(reading.standing, Ending):
        return _off_the_road(order, evidence, reading.standing)
    if order.behind_at is not None:
        return _behind(order, reading)
    if evidence.alarm:
        return _alarmed(evidence, reading.standing)
    if reading.standing is Place.COMPLETED:
        return Done()
    return _onward(order, evidence, reading, policy, now)


def _off_the_road(order: Order, evidence: Evidence, ending: Ending) -> Done | Stopped:
    if evidence.moved_revision > max(order.closed_revision, order.acknowledged):
        return Stopped("moving_while_cancelled", f"the order is {ending} at the platform, yet a parcel moves")
    return Done()


def _behind(order: Order, reading: Reading) -> Later | Stopped:
    since = order.behind_at or reading.read_at
    if reading.read_at - since < RECHECK_BEHIND:
        return Later(since + RECHECK_BEHIND, "moved_back", f"the platform shows {reading.status}")
    return Stopped("moved_back", f"the platform shows {reading.status} after it had confirmed {order.place}")


def _alarmed(evidence: Evidence, place: Place) -> Stopped:
    if place is Place.COMPLETED:
        return Stopped("returned_after_completion", f"{evidence.alarm} came in, and the order is completed")
    return Stopped(evidence.alarm, f"the order is {place}, and the courier says {evidence.alarm.partition('_')[2]}")


def _onward(order: Order, evidence: Evidence, reading: Reading, policy: Policy, now: int) -> Step | TurnEnd:
    place = order.place or Place.PENDING
    goal = ROAD[ROAD.index(place) + 1]
    ready = _ready_at(goal, order, evidence, reading, policy, now)
    settled = order.uncertain_at + policy.settle if order.uncertain_at is not None else now
    unsettled = Later(settled, "settle", "an earlier write may still be applied")
    if ready is None:
        # Not even the step that was sent is wanted any more: what became of it is looked at once it cannot change.
        return unsettled if order.sending and now < settled else Done()
    if ready > now:
        return Later(ready, "complete_after")
    if order.sending is not goal and now < settled:
        return unsettled
    if policy.dry_run:
        return Later(now + RECHECK_DRY_RUN, DRY_RUN, f"the next step would be {goal}")
    return Step(
        goal,
        evidence.dates.get(goal, now),
        inferred=goal not in evidence.said,
        tracking=evidence.tracking,
        completes=goal is Place.DELIVERED and _completes_at(order, evidence, policy, now) <= now,
    )


def _ready_at(goal: Place, order: Order, evidence: Evidence, reading: Reading, policy: Policy, now: int) -> int | None:
    """When *goal*, the very next place, may be asked for; None while nothing justifies it."""
    if has_reached(evidence.place, goal):
        return now
    if goal is Place.ACCEPTED:
        wanted = policy.accept == "always" or (policy.accept == "paid" and reading.paid is True)
        return now if wanted else None
    return _completes_at(order, evidence, policy, now) if goal is Place.COMPLETED else None


def _completes_at(order: Order, evidence: Evidence, policy: Policy, now: int) -> int:
    """When an order that is delivered, or will be in a moment, may be completed."""
    if has_reached(evidence.place, Place.COMPLETED):
        return now
    return (order.delivered_at or now) + policy.complete_after
