"""How `doctor` judges the requests that the receiver refused: whose, what was wrong, and on which paths."""

import pytest

from tests.support.clock import START
from worker.domain.instants import DAY, HOUR, MINUTE, Instant
from worker.domain.overview.figures import Refusals
from worker.domain.reasons import RefusalReason
from worker.domain.refusals import RefusalCount
from worker.operations.doctor.checks import Check, Verdict
from worker.operations.doctor.refusals import judge_all_refusals, judge_refusals

NO_PATH = RefusalReason.UNKNOWN_PATH


def refused(
    *reasons: tuple[str, int], age: int = 5 * MINUTE, stored_at: Instant | None = None, is_all: bool = True
) -> Refusals:
    counts = tuple(RefusalCount("oto", "", reason, count, START - age) for reason, count in reasons)
    return Refusals("oto", counts, stored_at, is_all and stored_at is None)


def paths(*counts: tuple[str, int, int]) -> Check:
    """Return the check of paths, each with its count and its age."""
    rows = tuple(RefusalCount("", path, NO_PATH, count, START - age) for path, count, age in counts)
    (check,) = judge_all_refusals([Refusals("", rows, is_all=True)], START, {"main": False, "oto": True})
    return check


def test_refused_requests_are_named_by_what_was_wrong_with_the_last_time():
    check = judge_refusals(refused(("bad_signature", 10), ("bad_time", 2)), START, can_try=True)
    assert (check.name, check.verdict) == ("source oto, refused", Verdict.WARN)
    assert check.sentence == (
        "12 requests were refused, the last one 5 min ago: 10 with a signature, token or password that fits no secret,"
        " 2 without a usable time, and none of its requests is known to be authentic."
    )


@pytest.mark.parametrize("reason", [reason for reason in RefusalReason if reason is not NO_PATH])
def test_each_reason_has_words_and_an_advice_of_its_own_that_names_the_source(reason: RefusalReason):
    check = judge_refusals(refused((reason, 1)), START, can_try=False)
    others = [judge_refusals(refused((other, 1)), START, can_try=False) for other in RefusalReason if other != reason]
    assert check.sentence.startswith("1 request was refused, the last one 5 min ago: 1 ")
    assert reason not in check.sentence
    assert "oto" in check.advice
    assert check.advice not in {other.advice for other in others}


def test_a_profile_that_is_a_file_can_be_tried():
    command = "`fulfillment sources try oto request.http`"
    assert command in judge_refusals(refused(("bad_time", 1)), START, can_try=True).advice
    assert command not in judge_refusals(refused(("bad_time", 1)), START, can_try=False).advice


def test_a_reason_of_a_newer_version_is_named_as_it_is():
    check = judge_refusals(refused(("odd_number", 3)), START, can_try=False)
    assert check.sentence.endswith("3 odd_number, and none of its requests is known to be authentic.")
    assert check.advice == ""
    assert judge_refusals(refused(("odd_number", 3)), START, can_try=True).advice.startswith("Try ")


@pytest.mark.parametrize(
    ("refusals", "verdict"),
    [
        (refused(("bad_signature", 1), age=DAY - 1), Verdict.WARN),
        (refused(("bad_signature", 1), age=DAY), Verdict.OK),
        (refused(("bad_signature", 1), is_all=False), Verdict.OK),
        (refused(("bad_signature", 1), stored_at=START - HOUR), Verdict.WARN),
        (refused(("bad_signature", 1), stored_at=START), Verdict.OK),
    ],
)
def test_it_is_a_warning_while_the_sender_is_shut_out(refusals: Refusals, verdict: Verdict):
    assert judge_refusals(refusals, START, can_try=True).verdict is verdict


def test_refused_requests_of_a_source_that_the_settings_do_not_name_are_not_mentioned():
    assert list(judge_all_refusals([refused(("bad_time", 1))], START, {"main": True})) == []
    assert len(list(judge_all_refusals([refused(("bad_time", 1))], START, {"oto": True}))) == 1


def test_a_wrong_path_is_named_with_the_path_that_was_perhaps_meant():
    check = paths(("/webhooks/mian", 3, MINUTE), ("", 90, HOUR))
    assert (check.name, check.verdict) == ("paths", Verdict.WARN)
    assert check.sentence == "93 requests came to paths that no source has: /webhooks/mian (3, 1 min ago)."
    assert "correct the URL there; perhaps to /webhooks/main. `fulfillment sources list`" in check.advice
    assert "perhaps" not in paths(("/webhooks/xyz", 3, MINUTE)).advice


def test_many_wrong_paths_are_not_all_named():
    check = paths(*((f"/webhooks/{number}", 1, MINUTE) for number in range(9)))
    assert check.sentence.endswith("/webhooks/4 (1, 1 min ago), ….")


def test_old_and_nameless_requests_of_strangers_are_no_warning():
    for check in (paths(("", 90, MINUTE)), paths(("/webhooks/x", 1, DAY))):
        assert (check.verdict, check.advice) == (Verdict.OK, "")
