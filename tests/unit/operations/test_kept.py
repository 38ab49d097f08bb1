"""How `doctor` judges deliveries that were deleted because too many came."""

from tests.support.clock import START
from worker.domain.instants import DAY, MINUTE
from worker.domain.overview.figures import Health, KeptDeliveries
from worker.operations.doctor.checks import Verdict
from worker.operations.doctor.kept import judge_kept


def kept(outcome: str = "quarantined", evicted: int = 35, at: int | None = START - 5 * MINUTE) -> Health:
    return Health(START, kept=(KeptDeliveries("oto", outcome, 10_000, 4_200_000, evicted, at),))


def test_what_was_deleted_lately_is_a_warning_that_says_how_much_and_what_to_do():
    (check,) = judge_kept(kept())
    assert (check.name, check.verdict) == ("deleted deliveries", Verdict.WARN)
    assert check.sentence == (
        "35 quarantined deliveries were deleted since the first one, the last one 5 min ago, from oto: more came than"
        " are kept. 10000 are kept, with 4.2 MB."
    )
    assert "`fulfillment deliveries list --source oto --outcome quarantined`" in check.advice
    assert "max_kept_bytes" in check.advice


def test_few_bytes_are_told_in_kilobytes():
    (check,) = judge_kept(Health(START, kept=(KeptDeliveries("oto", "stale", 3, 4_200, 1, START),)))
    assert check.sentence.endswith("3 are kept, with 4.2 kB.")


def test_a_deletion_long_ago_of_a_repetition_or_of_nothing_is_no_warning():
    for health in (kept(at=START - 7 * DAY), kept("duplicate"), kept(evicted=0, at=None), Health(START)):
        (check,) = judge_kept(health)
        assert (check.name, check.verdict) == ("deleted deliveries", Verdict.OK)
