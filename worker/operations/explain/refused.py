"""Says of an order that waits for its courier that the requests of a courier are refused."""

from dataclasses import replace

from worker.domain.overview.snapshot import Snapshot
from worker.operations.doctor.refusals import advise, is_shut_out, refused
from worker.operations.explain.answer import Actor, Answer, sentences
from worker.operations.explain.today import TodaysSettings


def shut_out(snapshot: Snapshot, answer: Answer, settings: TodaysSettings) -> Answer:
    """Return *answer*; if the requests of the courier who acts next are refused, with the reason and the advice."""
    carrier = snapshot.order.carrier
    its = [each for each in settings.refusals if each.source == carrier or not carrier]
    found = [each for each in its if is_shut_out(each, snapshot.now)]
    if answer.who is not Actor.COURIER or not found:
        return answer
    latest = max(found, key=lambda each: each.last_at)
    said = f"Of {latest.source}, {refused(latest, snapshot.now)}"
    return replace(answer, why=sentences(answer.why, said, advise(latest, can_try=False)))
