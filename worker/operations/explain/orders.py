"""Sentences about an order: where it is, what its news says, what follows from that, what was sent."""

from collections.abc import Iterator
from itertools import groupby

from worker.domain.events import LOSSES, SAYS, EventName, RecordedEvent
from worker.domain.evidence import Evidence
from worker.domain.orders import Order
from worker.domain.policy import Policy
from worker.domain.results import Done, Later, Result, Stopped
from worker.domain.retries import UNKNOWN_FOR
from worker.domain.snapshot import Snapshot, State, Write
from worker.domain.stages import Stage, stages_ahead
from worker.operations.forecast import Forecast
from worker.operations.instants import moment, span, when

SHOWN_CALLS = 5
SHOWN_PARCELS = 5
ACCEPTANCE = {
    "paid": "A pending order of this account is accepted once the platform shows it as paid.",
    "always": "A pending order of this account is accepted without anybody's word.",
    "manual": "A pending order of this account is accepted by a person, or by a parcel that moves.",
}


def position(snapshot: Snapshot) -> Iterator[str]:
    """Say where the order is, by whose word, and when that was read."""
    order, now = snapshot.order, snapshot.now
    if order.read_at is None:
        yield f"The platform has not been asked yet; the order is known since {when(snapshot.row.first_seen_at, now)}."
        return
    stage = order.stage or "none yet"
    yield f"The platform showed “{order.status}” on {when(order.read_at, now)}; the confirmed place is {stage}."
    if order.closed:
        yield f"The order is closed: {order.closed}."
    if order.confirmed_at is not None:
        yield f"Our last confirmed write began on {when(order.confirmed_at, now)}."


def news(snapshot: Snapshot, evidence: Evidence) -> Iterator[str]:
    """Say what each kind of news tells, and what all of it justifies together."""
    if not snapshot.news:
        yield "There is no news of this order."
        return
    for (source, name), same in groupby(sorted(snapshot.events, key=_kind), _kind):
        yield _told(source, name, list(same), evidence)
    if evidence.parcels > 1 or evidence.delivered:
        yield f"{evidence.delivered} of {evidence.parcels} parcels have arrived{_numbers(evidence)}."
    if evidence.stage is Stage.PENDING:
        yield "None of this justifies a move."
        return
    ahead = stages_ahead(snapshot.order.stage or Stage.PENDING, evidence.stage)
    unsaid = [stage for stage in ahead[:-1] if stage not in evidence.said]
    inferred = f"; no news names {' or '.join(unsaid)}, which is inferred" if unsaid else ""
    yield f"Together this justifies {evidence.stage}{inferred}."


def _kind(recorded: RecordedEvent) -> tuple[str, str]:
    return recorded.event.source, recorded.event.name


def _told(source: str, name: str, same: list[RecordedEvent], evidence: Evidence) -> str:
    event = same[0].event
    meaning = _meaning(event.name, same, evidence)
    times = f"{len(same)} × " if len(same) > 1 else ""
    latest = max(recorded.event.occurred_at for recorded in same)
    note = f" (“{event.note}”)" if event.note and len(same) == 1 else ""
    return f"{times}{name} from {source}, {'last ' if times else ''}of {moment(latest)}, {meaning}{note}."


def _meaning(name: EventName, same: list[RecordedEvent], evidence: Evidence) -> str:
    if name in SAYS:
        return f"says {SAYS[name]}"
    if any(recorded.id in evidence.alarms for recorded in same):
        return "asks for a person"
    # A cancellation before the pick-up is no alarm; of other alarms, an operator has been told.
    return "was acknowledged by an operator" if name in LOSSES else "moves nothing by itself"


def _numbers(evidence: Evidence) -> str:
    numbers = [number for number, _ in evidence.tracking[:SHOWN_PARCELS]]
    more = ", …" if len(evidence.tracking) > SHOWN_PARCELS else ""
    return f" ({', '.join(numbers)}{more})" if numbers else ""


def decision(snapshot: Snapshot, evidence: Evidence, forecast: Forecast, policy: Policy) -> Iterator[str]:
    """Say what follows from the news, by the rules that the worker follows."""
    order, (steps, result) = snapshot.order, forecast
    if snapshot.state is State.STOPPED:
        yield "Nothing is sent while the order is stopped."
        return
    if result is None:
        yield "What follows depends on what the platform shows: the order is read first."
    elif steps:
        asked = ", then ".join(f"{step.stage}{' (inferred)' if step.inferred else ''}" for step in steps)
        yield f"The platform is to be asked for {asked}; each step waits for the one before it to be confirmed."
    if result is not None:
        yield from _ending(result, walks=bool(steps))
    if order.stage is Stage.PENDING and evidence.stage is Stage.PENDING and not order.closed:
        yield ACCEPTANCE[policy.accept]


def _ending(result: Result, *, walks: bool) -> Iterator[str]:
    then = "After that" if walks else "By the rules"
    match result:
        case Done() if not walks:
            yield "No further step is justified now."
        case Later(due=due, reason="complete_after"):
            yield f"{then}, it is completed on {moment(due)} (complete_after), unless news forbids it."
        case Later(due=due, reason=reason, detail=detail):
            yield f"{then}, it waits until {moment(due)}: {reason}{f', {detail}' if detail else ''}."
        case Stopped(reason, detail):
            yield f"{then}, it will be stopped: {reason}, {detail}."
        case _:
            pass


def calls(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Say what was sent to the platform, what came of it, and what is uncertain or failing."""
    order, now = snapshot.order, snapshot.now
    if not snapshot.sent:
        yield "Nothing was ever written to the platform."
    if len(snapshot.sent) > SHOWN_CALLS:
        yield f"{len(snapshot.sent) - SHOWN_CALLS} earlier writes are left out here."
    yield from map(_sent, snapshot.sent[-SHOWN_CALLS:])
    if order.sending and order.sent_at is not None:
        yield (
            f"Nobody has the answer to the write of {order.sending} on {when(order.sent_at, now)}: it is uncertain. "
            "The order is read again; then at most the same step is repeated."
        )
    if order.failing_since is not None:
        failing = f"{order.failures} calls in a row have failed since {when(order.failing_since, now)}"
        yield f"{failing}{'' if snapshot.row.stop else _until_it_stops(order, policy, order.failing_since)}."


def _until_it_stops(order: Order, policy: Policy, failing_since: int) -> str:
    result, stop = failing_since + policy.retry_for, "gave_up"
    if order.missing_since is not None:
        result, stop = order.missing_since + UNKNOWN_FOR, "unknown_order"
    return f"; without success the order stops as {stop} on {moment(result)}"


def _sent(sent: Write) -> str:
    answered = f" after {span(sent.answered_at - sent.sent_at)}" if sent.answered_at is not None else ""
    answer = f": {sent.answer}" if sent.answer else ""
    return f"{sent.stage} was sent on {moment(sent.sent_at)}: {sent.outcome}{answered}{answer}."
