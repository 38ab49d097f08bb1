"""Explains one order: its position and the reasons for it, and what happens next and when."""

from dataclasses import asdict, dataclass

from worker.domain.evidence.evidence import weigh
from worker.domain.instants import Instant
from worker.domain.lifecycle.forecast import forecast, furthest_stage, is_orphaned
from worker.domain.orders import OrderKey
from worker.domain.overview.lateness import is_late
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import AuditAction
from worker.domain.stages import Stage
from worker.operations.explain.carriers import carrier, refused, without_effect
from worker.operations.explain.evidence import describe_evidence
from worker.operations.explain.next_steps import next_steps
from worker.operations.explain.orders import plan, position, writes
from worker.operations.explain.references import about, registration, search_plan, searches
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
    late: bool
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
    evidence = weigh(snapshot.events, order.acknowledged, order.counting_source)
    expected = forecast(order, evidence, policy, snapshot.now)
    orphaned = is_orphaned(snapshot, policy)
    reference = order.key.reference
    return Explanation(
        order=order.key,
        state=snapshot.state,
        reason=ORPHANED if orphaned else _reason(snapshot),
        stage=order.stage,
        target=furthest_stage(order, evidence, expected.steps),
        due=snapshot.row.due,
        late=is_late(order, policy, snapshot.now),
        needs_person=orphaned or snapshot.state is State.STOPPED,
        position=(*(about(snapshot, reference) if reference else position(snapshot, policy)), *carrier(snapshot)),
        evidence=(*describe_evidence(snapshot, evidence), *without_effect(snapshot)),
        plan=tuple(search_plan(snapshot) if reference else plan(snapshot, evidence, expected, policy)),
        writes=tuple(searches(snapshot) if reference else writes(snapshot, policy)),
        next_steps=(
            *next_steps(snapshot, policy, orphaned=orphaned),
            *refused(snapshot),
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
            return AuditAction.CLOSED_BY_OPERATOR if snapshot.order.closed_by_operator else str(snapshot.order.closed)
        case State.LEASED | State.DUE | State.SETTLED:
            return ""
