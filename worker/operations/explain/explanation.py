"""Explains one order: its position and the reasons for it, and what happens next and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from worker.domain.evidence.evidence import Evidence, weigh
from worker.domain.instants import Instant
from worker.domain.lifecycle.forecast import forecast, furthest_stage, is_orphaned
from worker.domain.orders import OrderKey
from worker.domain.overview.lateness import is_late
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.domain.reasons import AuditAction
from worker.domain.stages import Stage
from worker.operations.explain.answer import Answer
from worker.operations.explain.answering import answer
from worker.operations.explain.carriers import carrier, refused, without_effect
from worker.operations.explain.evidence import describe_evidence
from worker.operations.explain.facts import Facts, facts_of
from worker.operations.explain.next_steps import next_steps
from worker.operations.explain.orders import plan, position, writes
from worker.operations.explain.references import about, registration, search_plan, searches
from worker.operations.explain.today import UNKNOWN, TodaysSettings, compared, is_newly_accepted
from worker.operations.explain.unused import is_kept_out, unused
from worker.operations.instants import iso
from worker.operations.phrases import split_command

ORPHANED = "orphaned"
"""The reason in the explanation of an orphaned order: see `is_orphaned`."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one order. The last five fields are sentences, in the order in which people read them.

    *answer* is what a person needs at first sight; the sentences are the evidence for it. *reason* is the reason of the
    stop, the hold or the wait, or `orphaned`; empty without one. *target* is the furthest stage that is justified.
    *due* is when the order is reconciled next. *needs_person*: it is stopped or orphaned, or news of it was not used.
    """

    order: OrderKey
    answer: Answer
    facts: Facts
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
        order = {"account": self.order.account, "order": self.order.order_id, "order_key": str(self.order)}
        values = {name: value for name, value in asdict(self).items() if name not in {"order", "answer", "facts"}}
        own = {"answer": self.answer.document(), "commands": list(self.commands), "facts": self.facts.document()}
        return {**order, **own, **values, "due": iso(self.due)}

    @property
    def commands(self) -> tuple[str, ...]:
        """All commands of the explanation that can be copied, that of the answer first."""
        named = (split_command(sentence)[1] for sentence in self.next_steps)
        return tuple(dict.fromkeys(filter(None, (self.answer.command, *named))))

    @property
    def sections(self) -> Mapping[str, Sequence[str]]:
        """The evidence, below its headings."""
        return {
            "Where it is": self.position,
            "What the events say": self.evidence,
            "What follows": self.plan,
            "What was sent": self.writes,
            "What happens next": self.next_steps,
        }

    @property
    def is_at_rest(self) -> bool:
        """Whether the answer is enough for a person, because nobody has to do anything."""
        return self.state in {State.SETTLED, State.CLOSED} and not self.needs_person


def explain(snapshot: Snapshot, policy: Policy, settings: TodaysSettings = UNKNOWN) -> Explanation:
    """Explain the order in *snapshot*, by the same rules as the worker.

    *policy* is that of its account, and *settings* are what else today's settings say.
    """
    order = snapshot.order
    evidence = weigh(snapshot.events, order.acknowledged, order.counting_source)
    expected = forecast(order, evidence, policy, snapshot.now)
    orphaned = is_orphaned(snapshot, policy) and not is_newly_accepted(snapshot, evidence, policy)
    reference = order.key.reference
    return Explanation(
        order=order.key,
        answer=answer(snapshot, evidence, policy, settings, orphaned=orphaned),
        facts=facts_of(snapshot, settings),
        state=snapshot.state,
        reason=ORPHANED if orphaned else _reason(snapshot),
        stage=order.stage,
        target=furthest_stage(order, evidence, expected.steps),
        due=snapshot.row.due,
        late=is_late(order, policy, snapshot.now),
        needs_person=orphaned or snapshot.state is State.STOPPED or is_kept_out(snapshot),
        position=(*(about(snapshot, reference) if reference else position(snapshot, policy)), *carrier(snapshot)),
        evidence=(*describe_evidence(snapshot, evidence), *without_effect(snapshot)),
        plan=tuple(search_plan(snapshot) if reference else plan(snapshot, evidence, expected, policy)),
        writes=tuple(searches(snapshot) if reference else writes(snapshot, policy)),
        next_steps=tuple(_next_steps(snapshot, evidence, policy, settings, orphaned=orphaned)),
    )


def _next_steps(
    snapshot: Snapshot, evidence: Evidence, policy: Policy, settings: TodaysSettings, *, orphaned: bool
) -> Iterable[str]:
    reference = snapshot.order.key.reference
    yield from next_steps(snapshot, evidence, policy, orphaned=orphaned)
    yield from filter(None, compared(snapshot, evidence, policy, settings))
    yield from refused(snapshot)
    yield from unused(snapshot, settings)
    yield from registration(snapshot, reference) if reference else ()


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
