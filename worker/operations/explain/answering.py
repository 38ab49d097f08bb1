"""Chooses the answer about an order, by its state."""

from collections.abc import Callable, Mapping

from worker.domain.evidence.evidence import Evidence
from worker.domain.overview.snapshot import Snapshot, State
from worker.domain.policy import Policy
from worker.operations.explain.answer import Answer
from worker.operations.explain.due import due, leased, waiting
from worker.operations.explain.holds import held
from worker.operations.explain.refused import shut_out
from worker.operations.explain.settled import closed, settled
from worker.operations.explain.settled import orphaned as answer_on_orphaned
from worker.operations.explain.stopped import stopped
from worker.operations.explain.today import TodaysSettings
from worker.operations.explain.unused import kept_out


def answer(
    snapshot: Snapshot, evidence: Evidence, policy: Policy, settings: TodaysSettings, *, orphaned: bool
) -> Answer:
    """Return who acts next and when, why, and what to type. *orphaned*: see `is_orphaned`."""
    if orphaned:
        return answer_on_orphaned(snapshot)
    said = kept_out(snapshot, _ANSWERS[snapshot.state](snapshot, evidence, policy, settings), settings)
    return shut_out(snapshot, said, settings)


_ANSWERS: Mapping[State, Callable[[Snapshot, Evidence, Policy, TodaysSettings], Answer]] = {
    State.STOPPED: lambda snapshot, _evidence, _policy, settings: stopped(snapshot, settings),
    State.LEASED: lambda *_: leased(),
    State.CLOSED: lambda snapshot, *_: closed(snapshot),
    State.SETTLED: settled,
    State.HELD: lambda snapshot, _evidence, _policy, settings: held(snapshot, settings),
    State.DUE: lambda snapshot, _evidence, _policy, settings: due(snapshot, settings),
    State.WAITING: waiting,
}
