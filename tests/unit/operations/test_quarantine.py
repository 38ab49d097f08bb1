"""How `doctor` judges what the receiver could not use."""

from collections.abc import Collection

from tests.support.clock import START
from worker.domain.instants import DAY, HOUR, MINUTE
from worker.domain.overview.figures import Backlog, BacklogKind, Health, UnknownWords
from worker.domain.reasons import MISSING_STATUS, STATUS_WITHOUT_WORD
from worker.operations.doctor.checks import Check, Diagnosis, Verdict, diagnose
from worker.operations.doctor.quarantine import judge_quarantine


def quarantined(reason: str, *, source: str = "oto", count: int = 1, age: int = DAY) -> Check:
    backlog = Backlog(BacklogKind.QUARANTINED, reason, count, START - age, source)
    (check,) = judge_quarantine(Health(START, (backlog,)), HOUR, {"oto": {}})
    return check


def unknown_words(source: str, words: dict[str, int], *, age: int = DAY, present: Collection[str] = ()) -> Check:
    """Return the check of a source's deliveries with these *words*, each with its count."""
    total = sum(words.values())
    backlog = Backlog(BacklogKind.QUARANTINED, "unknown_event", total, START - age, source)
    group = UnknownWords(source, total, START - age, tuple(words.items()))
    health = Health(START, (backlog,), unknown_words=(group,))
    (check,) = judge_quarantine(health, HOUR, {"oto": present})
    return check


def test_without_quarantined_deliveries_there_is_one_check_that_is_ok():
    (check,) = judge_quarantine(Health(START), HOUR, {})
    assert (check.name, check.verdict) == ("quarantine", Verdict.OK)


def test_captured_deliveries_are_ok_at_any_age():
    check = quarantined("captured", source="newbox", count=3)
    assert (check.verdict, diagnose([check])) == (Verdict.OK, Diagnosis.WELL)
    assert check.sentence == (
        "3 deliveries are quarantined (captured), the oldest for 1 d, from newbox, as the settings ask."
    )


def test_the_advice_names_the_source_and_the_reason_in_commands_to_copy():
    check = quarantined("no_order")
    assert check.sentence == "1 delivery is quarantined (no_order), for 1 d, from oto."
    assert "`fulfillment deliveries list --source oto --reason no_order`" in check.advice
    assert "`fulfillment deliveries replay --source oto --reason no_order`" in check.advice
    assert quarantined("no_order", age=MINUTE).verdict is Verdict.WARN


def test_unknown_words_are_named_by_source_with_the_settings_that_heal_them():
    check = unknown_words("oto", {"arrivedSomewhere": 3, 'a "b" | c': 1})
    assert check.verdict is Verdict.FAIL
    assert check.sentence == (
        "4 deliveries are quarantined (unknown_event), the oldest for 1 d, from oto:"
        ' “arrivedSomewhere” (3), “a "b" | c” (1).'
    )
    assert 'add to [sources.oto]: statuses = { "arrivedSomewhere" = "…", "a \\"b\\" | c" = "…" }.' in check.advice
    assert "`fulfillment deliveries replay --source oto --reason unknown_event`" in check.advice
    assert unknown_words("oto", {"x": 1}, age=MINUTE).verdict is Verdict.WARN


def test_words_are_added_to_the_statuses_that_a_source_has_already():
    check = unknown_words("oto", {"new": 1, "newer": 1}, present={"old": "lost"})
    assert 'add to the statuses of [sources.oto]: "new" = "…", "newer" = "…".' in check.advice
    assert "statuses = " not in check.advice


def test_a_missing_status_is_healed_by_the_empty_word_and_one_that_is_no_word_by_none():
    check = unknown_words("oto", {MISSING_STATUS: 2, STATUS_WITHOUT_WORD: 1})
    assert 'statuses = { "" = "…" }' in check.advice
    assert "statuses" not in unknown_words("oto", {STATUS_WITHOUT_WORD: 1}).advice


def test_the_words_of_a_source_without_statuses_of_its_own_are_named_and_their_advice_is_the_ordinary_one():
    check = unknown_words("courier", {"shipment.eaten": 1})
    assert "“shipment.eaten” (1)" in check.sentence
    assert check.advice.startswith("See `fulfillment deliveries list --source courier --reason unknown_event`")


def test_only_a_few_words_are_named_and_they_are_cleaned():
    check = unknown_words("oto", {"a\x1b[31m": 9} | {f"word-{n}": 1 for n in range(9)})
    assert ("\x1b" in check.sentence + check.advice, check.sentence.count("”")) == (False, 5)
    assert check.sentence.endswith(", ….")
