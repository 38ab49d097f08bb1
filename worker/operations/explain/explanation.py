"""Explains one order: its position and the reasons for it, and what happens next and when."""

from dataclasses import asdict, dataclass

from worker.domain.evidence import weigh
from worker.domain.instants import Instant
from worker.domain.orders import OrderKey
from worker.domain.policy import Policy
from worker.domain.snapshot import Snapshot, State
from worker.domain.stages import Stage
from worker.operations.explain.evidence import describe_evidence
from worker.operations.explain.next_steps import next_steps
from worker.operations.explain.orders import plan, position, writes
from worker.operations.explain.references import about, dismissal, is_dismissed, registration, search_plan, searches
from worker.operations.forecast import forecast, furthest_stage, is_orphaned
from worker.operations.instants import iso

ORPHANED = "orphaned"
"""The reason in the explanation of an orphaned order: see `is_orphaned`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one order. The last five fields are sentences, in the order in which people read them.

    *reason* is the reason of the stop, the hold or the wait, or `orphaned`; empty without one. *target* is the furthest
    stage that is justified. *due* is when the order is reconciled next.
    """

    order: OrderKey
    state: State
    reason: str
    stage: Stage | None
    target: Stage
    due: Instant | None
    needs_person: bool
    position: tuple[str, ...]
    evidence: tuple[str, ...]
    plan: tuple[str, ...]
    writes: tuple[str, ...]
    next_steps: tuple[str, ...]

    def document(self) -> dict[str, object]:
        """Return the explanation as JSON values. The keys are a contract."""
        order = {"account": self.order.account, "order": self.order.order_id}
        values = {name: value for name, value in asdict(self).items() if name != "order"}
        return {**order, **values, "due": iso(self.due)}


def explain(snapshot: Snapshot, policy: Policy) -> Explanation:
    """Explain the order in *snapshot*, by the same rules as the worker. *policy* is that of its account."""
    order = snapshot.order
    evidence = weigh(snapshot.events, order.acknowledged)
    expected = forecast(order, evidence, policy, snapshot.now)
    dismissed = is_dismissed(snapshot)
    orphaned = not dismissed and is_orphaned(snapshot, policy)
    reference = order.key.reference
    return Explanation(
        order=order.key,
        state=snapshot.state,
        reason=ORPHANED if orphaned else _reason(snapshot),
        stage=order.stage,
        target=furthest_stage(order, evidence, expected.steps),
        due=snapshot.row.due,
        needs_person=orphaned or snapshot.state is State.STOPPED,
        position=tuple(about(snapshot, reference) if reference else position(snapshot)),
        evidence=tuple(describe_evidence(snapshot, evidence)),
        plan=tuple(search_plan(snapshot) if reference else plan(snapshot, evidence, expected, policy)),
        writes=tuple(searches(snapshot) if reference else writes(snapshot, policy)),
        next_steps=(
            *(dismissal(snapshot) if dismissed else next_steps(snapshot, orphaned=orphaned)),
            *(registration(snapshot, reference) if reference else ()),
        ),
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
