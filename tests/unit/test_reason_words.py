"""Every word of the contract is explained on the pages, with the program's own sentence, and every word is in use."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.pages import COURIERS, OPERATIONS, REFERENCE, ROOT, first_words, table
from webhook_receiver.problems import ProblemReason
from worker.domain.errors import ApiError, Throttled
from worker.domain.events import EventResult
from worker.domain.lifecycle.retries import MAX_CONFLICTS, on_failure
from worker.domain.orders import Order, OrderKey
from worker.domain.overview.snapshot import State
from worker.domain.policy import Policy
from worker.domain.reasons import (
    STORED_OUTCOMES,
    Accept,
    AccountAction,
    AuditAction,
    DeliveryOutcome,
    Discrepancy,
    Finding,
    HoldReason,
    QuarantineReason,
    RefusalReason,
    StopReason,
    WaitReason,
    Word,
    WriteOutcome,
)
from worker.domain.results import Later, Stopped
from worker.operations.advice import HOLDS, STOPS

NOW = 1_000_000_000_000_000
FRESH = Order(OrderKey("main", "1"))
ORDERS = {
    "fresh": FRESH,
    "in conflict": replace(FRESH, conflicts=MAX_CONFLICTS),
    "missing": replace(FRESH, missing_since=1),
    "failing": replace(FRESH, failing_since=1),
}
NOT_IN_THE_OPEN_FORMAT = {
    QuarantineReason.NOT_A_FORM,
    QuarantineReason.NO_LIST,
    QuarantineReason.TOO_MANY_ELEMENTS,
    QuarantineReason.CAPTURED,
}
REASONS = (
    StopReason,
    HoldReason,
    WaitReason,
    WriteOutcome,
    DeliveryOutcome,
    QuarantineReason,
    AuditAction,
    Discrepancy,
)


# -------------------------------------------------------------------------------------------------------- the reference


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("### Quarantine reasons", QuarantineReason),
        ("### Refusals", RefusalReason),
        ("### Outcomes of a write", WriteOutcome),
        ("### Stop reasons", StopReason),
        ("### Hold reasons", HoldReason),
        ("### Wait reasons", WaitReason),
        ("### Findings of a scan", Finding),
        ("### Account actions", AccountAction),
        ("### Audit actions", AuditAction),
        ("### Discrepancies", Discrepancy),
    ],
)
def test_every_word_is_explained_with_its_meaning(heading, words):
    assert table(REFERENCE, heading) == [[f"`{word}`", word.meaning] for word in words]


def test_every_outcome_of_a_delivery_is_explained_with_its_meaning_and_with_what_is_stored():
    rows = table(REFERENCE, "### Outcomes of a delivery")
    assert [(row[0], row[2]) for row in rows] == [(f"`{word}`", word.meaning) for word in DeliveryOutcome]
    stored = {row[0].strip("`") for row in rows if row[1] != "counted only"}
    assert stored == {outcome.value for outcome in STORED_OUTCOMES}


@pytest.mark.parametrize(
    ("heading", "words"), [("### States of an order", State), ("### Results of an event", EventResult)]
)
def test_every_state_and_every_result_is_explained(heading, words):
    assert first_words(REFERENCE, heading) == [word.value for word in words]


def test_every_problem_is_explained_with_its_status():
    rows = [(row[0], row[1]) for row in table(REFERENCE, "### Problems")]
    assert rows == [(f"`{reason}`", str(reason.status)) for reason in ProblemReason]


# -------------------------------------------------------------------------------------------------- operators, couriers


@pytest.mark.parametrize(
    ("heading", "words", "advice"), [("## Stopped orders", StopReason, STOPS), ("## Held accounts", HoldReason, HOLDS)]
)
def test_the_operators_page_gives_the_programs_own_meaning_and_advice(heading, words, advice):
    assert table(OPERATIONS, heading) == [[f"`{word}`", word.meaning, advice[word]] for word in words]


def test_every_state_of_an_order_has_advice():
    assert first_words(OPERATIONS, "| state |") == [state.value for state in State]


def test_every_reason_for_a_quarantine_is_explained_to_couriers():
    words = first_words(COURIERS, "These are the reasons for a quarantine:")
    assert sorted(words) == sorted(reason.value for reason in {*QuarantineReason} - NOT_IN_THE_OPEN_FORMAT)


def test_every_problem_that_a_courier_can_get_is_explained_with_its_status():
    answers = {'"status": "accepted"', '"status": "duplicate"', '"status": "quarantined"'}
    rows = {(row[0], row[1].strip("`")) for row in table(COURIERS, "## The answers")}
    problems = {(status, reason) for status, reason in rows if reason not in answers}
    assert problems == {
        (str(reason.status), reason) for reason in ProblemReason if reason is not ProblemReason.NOT_READY
    }
    assert answers <= {reason for _, reason in rows}


def test_every_refusal_of_a_courier_says_whether_to_repeat():
    repeated = {row[0] for row in table(COURIERS, "## The answers") if re.match("repeat", row[3])}
    assert repeated == {"408", "503"}


# --------------------------------------------------------------------------------------------------------------- in use


def families(base: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    for family in base.__subclasses__():
        yield family
        yield from families(family)


def reasons_after_failures(kind: type[Later | Stopped]) -> set[Word]:
    """Return the reasons for which any of `ORDERS` waits or stops after a failed call."""
    failures = [family for family in families() if family is not Throttled]
    results = [on_failure(family(), order, Policy(), NOW, 0.5)[1] for family in failures for order in ORDERS.values()]
    return {result.reason for result in results if isinstance(result, kind)}


@pytest.mark.parametrize("words", REASONS)
def test_every_word_is_in_use(words):
    definitions = {ROOT / "worker" / "domain" / "reasons.py", ROOT / "worker" / "operations" / "advice.py"}
    paths = {path for folder in ("worker", "webhook_receiver") for path in (ROOT / folder).rglob("*.py")}
    sources = "\n".join(path.read_text() for path in paths - definitions)
    named = {word for word in words if re.search(rf"\b{words.__name__}\.{word.name}\b", sources)}
    assert set(words) - named <= reasons_after_failures(Later) | reasons_after_failures(Stopped)


@pytest.mark.parametrize("words", [*REASONS, Accept])
def test_every_meaning_is_one_sentence(words):
    for word in words:
        assert re.fullmatch(r"[A-Z`][^\n]*[^.\s]\.", word.meaning), word
