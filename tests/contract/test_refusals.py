"""The counts of refused requests, over both databases."""

import pytest

from tests.support.clock import START
from tests.support.harness import Harness
from worker.domain.instants import MINUTE
from worker.domain.reasons import RefusalReason
from worker.domain.refusals import KEPT_FOR, MAX_PATHS, Refusal, RefusalCount, unknown_path
from worker.store.refusals import SqlRefusals, refusal_counts

BAD = Refusal("courier", "", RefusalReason.BAD_SIGNATURE)


@pytest.fixture
def refusals(harness: Harness) -> SqlRefusals:
    return SqlRefusals(harness.database)


def counts(harness: Harness) -> list[RefusalCount]:
    with harness.database.read() as connection:
        return list(refusal_counts(connection))


def test_refusals_add_up_with_the_time_of_the_last_one(harness: Harness, refusals: SqlRefusals):
    refusals.add({BAD: 2, unknown_path("/webhooks/x"): 1})
    harness.clock.advance(minutes=1)
    refusals.add({BAD: 3, BAD._replace(reason=RefusalReason.BAD_TIME): 1})
    assert counts(harness) == [
        RefusalCount("", "/webhooks/x", "unknown_path", 1, START),
        RefusalCount("courier", "", "bad_signature", 5, START + MINUTE),
        RefusalCount("courier", "", "bad_time", 1, START + MINUTE),
    ]


def test_strangers_cannot_make_the_table_grow_and_old_paths_make_room(harness: Harness, refusals: SqlRefusals):
    for number in range(MAX_PATHS + 10):
        refusals.add({unknown_path(f"/webhooks/{number}"): 1})
    rows = counts(harness)
    assert len(rows) == MAX_PATHS + 1
    assert rows[0] == RefusalCount("", "", "unknown_path", 10, START)
    harness.clock.advance(microseconds=KEPT_FOR + 1)
    refusals.add({unknown_path("/webhooks/new"): 1})
    assert {row.path for row in counts(harness)} == {"", "/webhooks/new"}
