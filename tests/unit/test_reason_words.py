"""Every word by which the program says why is explained on a page, and no page explains a word that is never said."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.pages import COURIERS, OPERATIONS, README, first_words, table
from tests.support.sources_of_words import said
from webhook_receiver.problems import ProblemReason
from worker.domain.errors import ApiError, Throttled
from worker.domain.evidence import ALARMS
from worker.domain.orders import Order, OrderKey
from worker.domain.policy import Policy
from worker.domain.results import Later, Stopped
from worker.domain.retries import MAX_CONFLICTS, after
from worker.domain.snapshot import State
from worker.operations.advice import HOLDS, STOPS, WAITS
from worker.store.intake.outcomes import Outcome
from worker.store.tables import steps

UNANSWERED = str(getattr(steps.c.outcome.server_default, "arg", ""))
NOW = 1_000_000_000_000_000
FRESH = Order(OrderKey("main", "1"))
TIRED = {
    "fresh": FRESH,
    "in conflict": replace(FRESH, conflicts=MAX_CONFLICTS),
    "missing": replace(FRESH, missing_since=1),
    "failing": replace(FRESH, failing_since=1),
}


def _families(base: type[ApiError]) -> Iterator[type[ApiError]]:
    for family in base.__subclasses__():
        yield family
        yield from _families(family)


def failures(kind: type[Later | Stopped]) -> set[str]:
    """Return the words for which an order waits or stops when a call fails, by all that can have gone before."""
    families = [family for family in _families(ApiError) if family is not Throttled]
    event_results = [after(family(), order, Policy(), NOW, 0.5)[1] for family in families for order in TIRED.values()]
    return {result.reason for result in event_results if isinstance(result, kind)}


ON_THE_ROAD = {alarm.value.replace(".", "_") for alarm in ALARMS}
STOPPED = said("Stopped", at=0, keyword="reason") | failures(Stopped) | ON_THE_ROAD
WAITING = said("Later", at=1, keyword="reason") | failures(Later)
HELD = said("Held", at=0) | said("hold", at=1, keyword="reason")
QUARANTINED = (
    said("Unusable", at=0) | said("Malformed", at=0) | said("_word", at=2) | said("Finding", at=2, keyword="reason")
)
COUNTED = said("_count", at=1)
WRITTEN = said("_answered", at=2) | {"failed", "uncertain", UNANSWERED}


@pytest.mark.parametrize(
    ("advice", "words"), [(STOPS, STOPPED), (WAITS, WAITING), (HOLDS, HELD)], ids=["stops", "waits", "holds"]
)
def test_for_every_reason_there_is_advice(advice, words):
    assert set(advice) == words


@pytest.mark.parametrize(
    ("heading", "advice"),
    [("## Stopped orders", STOPS), ("## Waiting orders", WAITS), ("## Held accounts", HOLDS)],
    ids=["stops", "waits", "holds"],
)
def test_the_operators_page_gives_the_programs_own_advice(heading, advice):
    assert {row[0].strip("`"): row[1] for row in table(OPERATIONS, heading)} == advice


def test_every_state_of_an_order_is_explained():
    assert first_words(OPERATIONS, "| state |") == [state.value for state in State]


def test_every_reason_for_a_quarantine_is_explained_to_couriers():
    words = first_words(COURIERS, "Why a delivery is quarantined:")
    assert sorted(words) == sorted(QUARANTINED)


def test_every_outcome_of_a_delivery_is_explained():
    words = first_words(README, "Every delivery has one outcome.")
    assert sorted(words) == sorted({outcome.value for outcome in Outcome} | COUNTED)


def test_every_outcome_of_a_write_is_explained():
    assert sorted(first_words(README, "Every write to the platform has one outcome.")) == sorted(WRITTEN)


def test_every_problem_is_explained_with_its_status():
    told = [(row[0], row[1].strip("`")) for row in table(COURIERS, "## The answers")]
    told += [(row[1], row[0].strip("`")) for row in table(README, "problems of their own")]
    answers = {'"status": "accepted"', '"status": "duplicate"', '"status": "quarantined"'}
    assert {reason for _, reason in told} - answers == set(ProblemReason)
    assert {(str(reason.status), reason.value) for reason in ProblemReason} <= set(told)


def test_every_refusal_of_a_courier_says_whether_to_repeat():
    repeated = {row[0] for row in table(COURIERS, "## The answers") if re.match("repeat", row[3])}
    assert repeated == {"408", "503"}
