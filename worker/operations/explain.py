"""Explain: why an order is where it is, what happens next and when, or whom it waits for. Pure."""

from dataclasses import asdict, dataclass

from worker.domain.evidence import weigh
from worker.domain.orders import OrderKey, Place, Policy
from worker.domain.snapshot import Snapshot, State
from worker.operations.foresight import foresee, is_stranded, target
from worker.operations.instants import iso
from worker.operations.outlook import outlook
from worker.operations.searching import acquaintance, attempts, intention, is_dismissed, rest
from worker.operations.sentences import calls, decision, news, whereabouts

STRANDED = "stranded"
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
    place: Place | None
    target: Place
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
    foresight = foresee(order, evidence, policy, now)
    dismissed = is_dismissed(snapshot)
    stranded = not dismissed and is_stranded(snapshot, policy)
    reference = order.key.reference
    return Explanation(
        order=order.key,
        state=snapshot.state,
        reason=STRANDED if stranded else _reason(snapshot),
        place=order.place,
        target=target(order, evidence, foresight[0]),
        due=snapshot.row.due,
        needs_person=stranded or snapshot.state is State.STOPPED,
        where=tuple(acquaintance(snapshot, reference) if reference else whereabouts(snapshot)),
        evidence=tuple(news(snapshot, evidence)),
        decision=tuple(intention(snapshot) if reference else decision(snapshot, evidence, foresight, policy)),
        calls=tuple(attempts(snapshot) if reference else calls(snapshot, policy)),
        next=tuple(rest(snapshot) if dismissed else outlook(snapshot, stranded=stranded)),
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
