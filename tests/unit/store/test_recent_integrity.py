"""The metrics show the discrepancies of the last minute, and ask the database no more often."""

from worker.domain.errors import StoreUnavailable
from worker.domain.overview.figures import Integrity
from worker.domain.reasons import Discrepancy
from worker.store.queries.integrity import RecentIntegrity


def test_a_check_lasts_a_minute_and_one_that_fails_leaves_the_last_one():
    answers = [Integrity(discrepancies={Discrepancy.EVENT_COUNT: 1}), None, Integrity()]
    seconds = iter((0.0, 59.9, 60.0, 119.9, 120.0))

    def check() -> Integrity:
        answer = answers.pop(0)
        if answer is None:
            raise StoreUnavailable("statement timeout")
        return answer

    recent = RecentIntegrity(check, lambda: next(seconds))
    seen = [(dict(recent.discrepancies()), len(answers)) for _ in range(5)]
    one = {Discrepancy.EVENT_COUNT: 1}
    assert seen == [(one, 2), (one, 2), (one, 1), (one, 1), ({}, 0)]
