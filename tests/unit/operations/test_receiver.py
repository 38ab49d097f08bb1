"""How `doctor` judges the receiver, by its answer or by its silence."""

import pytest

from tests.support.clock import START
from worker.domain.instants import MINUTE
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.receiver import ELSEWHERE, Ready, Unanswered, judge_receiver

URL = "http://127.0.0.1:8000"


def judged(answer: Ready | Unanswered, last: int | None = None) -> Check:
    return judge_receiver(URL, answer, last, START)


@pytest.mark.parametrize("parts", [{}, {"database": "ok", "broker": "ok"}, {"broker": "unknown"}])
def test_a_receiver_that_is_ready_is_well(parts: dict[str, str]):
    check = judged(Ready(is_ready=True, parts=parts))
    assert (check.verdict, check.sentence) == (Verdict.OK, f"It answers at {URL}, and can write deliveries.")


def test_a_receiver_without_its_broker_is_a_warning():
    check = judged(Ready(is_ready=True, parts={"database": "ok", "broker": "unavailable"}))
    assert (check.verdict, "does not reach the broker" in check.sentence) == (Verdict.WARN, True)
    assert "`broker`" in check.advice


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (Ready(is_ready=False, parts={}), "See the check `database`"),
        (Unanswered.SILENT, "Restart it"),
        (Unanswered.FOREIGN, "End that program"),
        (Unanswered.REFUSED, "Start it: `fulfillment receiver`, or `fulfillment up`"),
    ],
)
def test_a_receiver_that_takes_no_deliveries_is_a_failure_with_an_advice(answer: Ready | Unanswered, advice: str):
    check = judged(answer)
    assert (check.verdict, check.unreachable, URL in check.sentence) == (Verdict.FAIL, True, True)
    assert check.advice.startswith(advice)


def test_the_receiver_of_another_machine_is_not_judged():
    check = judged(Unanswered.NOT_LOCAL)
    assert (check.verdict, check.sentence) == (
        Verdict.OK,
        f"It was not asked: {URL} is no address of this machine. No delivery was stored yet.",
    )
    assert judged(Unanswered.NOT_LOCAL, START - MINUTE).sentence.endswith("The last delivery was stored 1 min ago.")


def test_a_receiver_that_has_just_stored_a_delivery_may_run_elsewhere_and_is_warned_of():
    check = judged(Unanswered.REFUSED, START - ELSEWHERE + 1)
    assert (check.verdict, check.unreachable) == (Verdict.WARN, False)
    assert check.sentence.endswith("It may run elsewhere: The last delivery was stored 14 min ago.")
    assert "write its address there as `listen`" in check.advice
    assert "`fulfillment receiver`" in check.advice
    assert judged(Unanswered.REFUSED, START - ELSEWHERE).verdict is Verdict.FAIL
