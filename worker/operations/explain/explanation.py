"""Explain: why an order is where it is, what happens next and when, or whom it waits for. Pure."""

from dataclasses import asdict, dataclass

from worker.domain.evidence import weigh
from worker.domain.orders import OrderKey
from worker.domain.policy import Policy
from worker.domain.snapshot import Snapshot, State
from worker.domain.stages import Stage
from worker.operations.explain.next_steps import next_steps
from worker.operations.explain.orders import calls, decision, news, position
from worker.operations.explain.references import about, attempts, how_dismissed, is_dismissed, plan
from worker.operations.forecast import forecast, is_orphaned, target
from worker.operations.instants import iso

ORPHANED = "orphaned"
"""The reason word of an order that nobody will look at, though there is something left to do."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is so about one order. The last five fields are sentences, in the order in which they are read.

    *reason* is the word of the stop, the hold or the wait; *due* is when the order is looked at
    next, in microseconds.
    """

    order: OrderKey
    state: State
    reason: str
    stage: Stage | None
    target: Stage
    due: int | None
    needs_person: bool
    where: tuple[str, ...]
    evidence: tuple[str, ...]
    decision: tuple[str, ...]
    calls: tuple[str, ...]
    next: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return the explanation as JSON values, under keys that stay as they are."""
        named = {"account": self.order.account, "order": self.order.order_id}
        told = {name: value for name, value in asdict(self).items() if name != "order"}
        return {**named, **told, "due": iso(self.due)}


def explain(snapshot: Snapshot, policy: Policy) -> Explanation:
    """Explain an order as of the snapshot, by the rules that the worker itself follows."""
    order, now = snapshot.order, snapshot.now
    evidence = weigh(snapshot.events, order.acknowledged)
    forecast = forecast(order, evidence, policy, now)
    dismissed = is_dismissed(snapshot)
    orphaned = not dismissed and is_orphaned(snapshot, policy)
    reference = order.key.reference
    return Explanation(
        order=order.key,
        state=snapshot.state,
        reason=ORPHANED if orphaned else _reason(snapshot),
        stage=order.stage,
        target=target(order, evidence, forecast[0]),
        due=snapshot.row.due,
        needs_person=orphaned or snapshot.state is State.STOPPED,
        where=tuple(about(snapshot, reference) if reference else position(snapshot)),
        evidence=tuple(news(snapshot, evidence)),
        decision=tuple(plan(snapshot) if reference else decision(snapshot, evidence, forecast, policy)),
        calls=tuple(attempts(snapshot) if reference else calls(snapshot, policy)),
        next=tuple(how_dismissed(snapshot) if dismissed else next_steps(snapshot, orphaned=orphaned)),
    )


def _reason(snapshot: Snapshot) -> str:
    row = snapshot.row
    match snapshot.state:
        case State.STOPPED:
            return row.stop
        case State.HELD:
            return row.held[0].reason
        case State.WAITING:
            return row.waiting
        case State.CLOSED:
            return str(snapshot.order.closed)
        case State.LEASED | State.DUE | State.SETTLED:
            return ""
