"""Which kind of badge a word gets: good, wrong, waiting or plain. The word itself says it too."""

from collections.abc import Mapping

from worker.domain.events import EventResult
from worker.domain.overview.snapshot import State
from worker.domain.reasons import AuditAction, DeliveryOutcome, WriteOutcome
from worker.operations.doctor.checks import Verdict

STATES = (State.STOPPED, State.HELD, State.WAITING, State.DUE, State.LEASED, State.SETTLED, State.CLOSED)
"""All states, in the sequence in which people see them."""
KIND_OF_VERDICT: Mapping[Verdict, str] = {Verdict.OK: "good", Verdict.WARN: "waiting", Verdict.FAIL: "wrong"}
_KINDS: Mapping[str, str] = {
    State.STOPPED: "wrong",
    State.HELD: "waiting",
    State.WAITING: "waiting",
    State.SETTLED: "good",
    State.CLOSED: "good",
    DeliveryOutcome.QUARANTINED: "wrong",
    DeliveryOutcome.STALE: "waiting",
    DeliveryOutcome.ACCEPTED: "good",
    WriteOutcome.CONFIRMED: "good",
    WriteOutcome.FAILED: "wrong",
    WriteOutcome.UNCERTAIN: "waiting",
    EventResult.APPLIED: "good",
    EventResult.PENDING: "waiting",
    AuditAction.RELEASED: "good",
    "done": "good",
    "skipped": "waiting",
}


def kind_of(word: str) -> str:
    """Return the kind of a state, an outcome or a result; plain for every other word."""
    return _KINDS.get(word, "plain")
