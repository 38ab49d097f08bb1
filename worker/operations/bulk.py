"""One act on many orders: what it would do, and doing it, order by order.

Each order is changed in a transaction of its own, with an entry in its audit log. So an interruption leaves every order
either as it was or as it should be, and the same command goes on with the others.
"""

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from worker.domain.errors import IllegalRequest
from worker.domain.evidence.evidence import weigh
from worker.domain.instants import Instant
from worker.domain.lifecycle.forecast import Forecast, forecast, is_pending
from worker.domain.orders import OrderKey
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import Accept, StopReason
from worker.domain.results import Done, Later, Stopped
from worker.operations.closing import opened_by, require_closable, results_of_close
from worker.operations.orders import Operations, require_not_stopped, require_open
from worker.operations.phrases import with_detail
from worker.operations.store import OperatorStore
from worker.ports import WakeUps

MAX_WAKE_UPS = 100
"""How many wake-ups one command enqueues. The scheduler finds the other orders, and takes a few at a time."""
CHANGED = "it has changed meanwhile"


class Act(StrEnum):
    """What an operator does to orders."""

    RETRY = "retry"
    RELEASE = "release"
    CLOSE = "close"


_WAITING = frozenset({State.WAITING, State.HELD, State.DUE})


def acts_on_all(states: Collection[State]) -> tuple[Act, ...]:
    """Return the acts that can be done to all orders that are in one of *states*, and in no other."""
    if set(states) == {State.STOPPED}:
        return Act.RELEASE, Act.RETRY, Act.CLOSE
    return (Act.RETRY,) if states and _WAITING.issuperset(states) else ()


class ItemResult(StrEnum):
    """What became of one order."""

    PLANNED = "planned"
    """Nothing was changed: it was only asked what would happen."""
    DONE = "done"
    SKIPPED = "skipped"
    """It has changed meanwhile, or the rules forbid the act; it was left as it is."""


@dataclass(frozen=True, slots=True)
class Item:
    """One order, as it was found: why it has stopped or waits, and since when. *sentence* says what follows."""

    order: OrderKey
    reason: str
    since: Instant
    result: ItemResult
    sentence: str


def require_possible(operations: Operations, snapshot: Snapshot, act: Act, stop: str) -> None:
    """Raise `IllegalRequest` if *act* on this one order would be refused. *stop* is as in `Operations.release`."""
    key, is_closed = snapshot.order.key, snapshot.order.closed_by_operator
    if stop or (act is Act.RELEASE and not is_closed):
        operations.require_stopped(key, stop)
    if act is Act.RETRY and not stop:
        require_not_stopped(snapshot)
    if act is Act.CLOSE:
        require_closable(snapshot)


def require_allowed(snapshot: Snapshot, act: Act) -> None:
    """Raise `IllegalRequest` if the state of the order, whatever its stop, does not allow *act*."""
    match act:
        case Act.RETRY:
            require_open(snapshot)
        case Act.RELEASE if not (snapshot.row.stop or snapshot.order.closed_by_operator):
            raise IllegalRequest(f"{snapshot.order.key} is not stopped")
        case Act.CLOSE:
            require_closable(snapshot)
        case _:
            pass


def plan(snapshots: Iterable[Snapshot], act: Act, policies: Mapping[str, Policy]) -> Iterator[Item]:
    """Yield what *act* would do to each order, or why it would be skipped. *policies* is by account."""
    for snapshot in snapshots:
        try:
            require_allowed(snapshot, act)
        except IllegalRequest as error:
            yield item_of(snapshot, ItemResult.SKIPPED, str(error))
            continue
        policy = policies.get(snapshot.order.key.account, Policy())
        yield item_of(snapshot, ItemResult.PLANNED, what_follows(snapshot, act, policy))


def carry_out(
    snapshots: Iterable[Snapshot], act: Act, reason: str, store: OperatorStore, wake_ups: WakeUps, seen_at: Instant
) -> Generator[Item, None, None]:
    """Do *act* to each order, and yield what became of it. *reason* is a sentence for people, and not empty.

    An order that has changed since *seen_at*, when the operator decided, is left alone. Raises `StoreUnavailable`; the
    orders before it are done.
    """
    keys: list[OrderKey] = []
    try:
        for snapshot in snapshots:
            item = _carry_out_one(snapshot, act, reason, store, seen_at)
            if item.result is ItemResult.DONE and act is not Act.CLOSE and len(keys) < MAX_WAKE_UPS:
                keys.append(item.order)
            yield item
    finally:
        wake_ups.enqueue(keys)


def _carry_out_one(snapshot: Snapshot, act: Act, reason: str, store: OperatorStore, seen_at: Instant) -> Item:
    if snapshot.row.updated_at > seen_at:
        return item_of(snapshot, ItemResult.SKIPPED, CHANGED)
    try:
        require_allowed(snapshot, act)
        is_done = _change(snapshot, act, reason, store)
    except IllegalRequest as error:
        return item_of(snapshot, ItemResult.SKIPPED, str(error))
    return item_of(snapshot, ItemResult.DONE, "") if is_done else item_of(snapshot, ItemResult.SKIPPED, CHANGED)


def _change(snapshot: Snapshot, act: Act, reason: str, store: OperatorStore) -> bool:
    match act:
        case Act.RETRY if snapshot.row.stop:
            return store.retry_stopped(snapshot, reason)
        case Act.RETRY:
            return store.make_due(snapshot.order.key, reason)
        case Act.RELEASE:
            return store.release(snapshot, reason)
        case Act.CLOSE:
            return store.close(snapshot, reason, results_of_close(snapshot))


def item_of(snapshot: Snapshot, result: ItemResult, sentence: str) -> Item:
    """Return the item about an order as it was found."""
    row = snapshot.row
    since = row.updated_at if row.stopped_at is None else row.stopped_at
    return Item(snapshot.order.key, row.stop or row.waiting, since, result, sentence)


def what_follows(snapshot: Snapshot, act: Act, policy: Policy) -> str:
    """Return what happens to the order after *act*, by the same rules as the worker."""
    key = snapshot.order.key
    if act is Act.CLOSE:
        return f"nothing more is sent; {opened_by(key)}"
    held = f"; first, the hold of its account must end ({snapshot.row.held[0].reason})" if snapshot.row.held else ""
    if key.reference:
        return f"the search for its order starts again{held}"
    return f"{_describe(expected(snapshot, act, policy), nothing=_nothing(snapshot, policy))}{held}"


def expected(snapshot: Snapshot, act: Act, policy: Policy) -> Forecast:
    """Return the steps that a worker is expected to take after *act*, a retry or a release."""
    order = replace(snapshot.order, closed_by_operator=0)
    if act is Act.RELEASE:
        order = replace(order, acknowledged=order.revision, acknowledged_at=snapshot.now, behind_at=None)
        if snapshot.row.stop == StopReason.MOVED_BACK:
            order = replace(order, stage=None)
    return forecast(order, weigh(snapshot.events, order.acknowledged, order.counting_source), policy, snapshot.now)


def _nothing(snapshot: Snapshot, policy: Policy) -> str:
    """Return what the rules say if they know no step. The database does not know the payment; the platform does."""
    evidence = weigh(snapshot.events, snapshot.order.acknowledged, snapshot.order.counting_source)
    if policy.accept is Accept.PAID and is_pending(snapshot.order, evidence):
        return "the order is accepted, if the platform shows it as paid"
    return "no step is justified now"


def _describe(expected: Forecast, *, nothing: str) -> str:
    """Describe what is expected; *nothing* are the words for no step."""
    steps = ", then ".join(step.stage for step in expected.steps)
    asked = f"the platform is read, then asked for {steps}" if steps else "the platform is read"
    match expected.result:
        case None:
            return f"{asked}, and the rest depends on what it shows"
        case Stopped(reason, detail):
            return f"{asked}, and the order stops: {with_detail(reason, detail)}"
        case Later(reason=reason, detail=detail):
            return f"{asked}, and the order waits: {with_detail(reason, detail)}"
        case Done() if steps:
            return asked
        case _:
            return f"{asked}; {nothing}"
