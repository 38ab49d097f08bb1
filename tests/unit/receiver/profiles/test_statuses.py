"""Statuses: rows of cells, the first that fits counts, and the source's own words go before all of them."""

import pytest

from tests.support.invented import delivery, flaws, names, profile, reading
from webhook_receiver.profiles.engine.statuses import StatusMatch, meaning_of, word_of
from webhook_receiver.profiles.schema.model import ProfileFile
from worker.domain.errors import SettingsError
from worker.domain.events import EventName
from worker.domain.reasons import QuarantineReason

MISSING = object()


def rows(*lines: str, paths: str = '"state"', more: str = "") -> ProfileFile:
    return profile(status=f"from = {paths}\n{more}\nrows = [{', '.join(lines)}]")


def meaning(chosen: ProfileFile, state: object = MISSING, sub: object = MISSING, **source: object) -> str:
    """Return the event without its family, or `info`, or `unknown`."""
    fields = {"state": state, "sub": sub, "ref": "1"}
    result = delivery(chosen, {key: value for key, value in fields.items() if value is not MISSING}, **source)
    if result.unusable:
        assert (result.unusable, result.events) == (QuarantineReason.UNKNOWN_EVENT, ())
        return "unknown"
    return "".join(names(result)) or "info"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("D", "delivered"),
        ("d", "unknown"),
        ("D ", "unknown"),
        ("", "created"),
        (None, "created"),
        (MISSING, "created"),
        (45, "returned"),
        ("45", "returned"),
        ("045", "unknown"),
        (True, "lost"),
        ("true", "lost"),
        (1, "unknown"),
        ("OUT", "out_for_delivery"),
        ("OUT FOR", "out_for_delivery"),
        ("OU", "unknown"),
        ("*", "unknown"),
        (1.5, "unknown"),
        (["D"], "unknown"),
        ({"D": 1}, "unknown"),
    ],
)
def test_a_cell_is_a_text_a_beginning_or_a_missing_value(state: object, expected: str):
    chosen = rows(
        '["D", "delivered"]',
        '["", "created"]',
        '["45", "returned"]',
        '["true", "lost"]',
        '["OUT*", "out_for_delivery"]',
    )
    assert meaning(chosen, state) == expected


def test_a_list_in_a_cell_fits_any_of_its_texts():
    chosen = rows('[["a", "b", "c*", ""], "delivered"]', '["*", "info"]')
    assert [meaning(chosen, state) for state in ("a", "b", "cde", "", None)] == ["delivered"] * 5
    assert meaning(chosen, "ab") == "info"


def test_a_star_fits_anything_and_also_nothing():
    chosen = rows('["D", "*", "delivered"]', '["*", "X", "lost"]', paths='["state", "sub"]')
    assert [meaning(chosen, "D", sub) for sub in ("x", "", None, MISSING, 7)] == ["delivered"] * 5
    assert meaning(chosen, MISSING, "X") == "lost"
    assert meaning(chosen, "E", "Y") == "unknown"


def test_the_first_row_that_fits_counts():
    chosen = rows(
        '["D", "", "delivered"]',
        '["D", "R*", "returned"]',
        '["D", "*", "info"]',
        '["*", "R1", "lost"]',
        paths='["state", "sub"]',
    )
    assert meaning(chosen, "D") == "delivered"
    assert meaning(chosen, "D", "R1") == "returned"
    assert meaning(chosen, "D", "x") == "info"
    assert meaning(chosen, "E", "R1") == "lost"


@pytest.mark.parametrize("state", ["Out For Delivery", "OUT_FOR_DELIVERY", "out-for-delivery", " outfordelivery "])
def test_folded_words_are_compared_without_case_and_separators(state: str):
    folded = rows('["out for_Delivery", "out_for_delivery"]', more="fold = true")
    assert meaning(folded, state) == "out_for_delivery"
    assert meaning(rows('["out for_Delivery", "out_for_delivery"]'), state) == "unknown"


def test_a_folded_beginning_is_compared_so_as_well():
    chosen = rows('["Delivery Exception*", "delivery_failed"]', '["*", "info"]', more="fold = true")
    assert meaning(chosen, "DELIVERY_EXCEPTION, max attempts") == "delivery_failed"
    assert meaning(chosen, "delivered") == "info"


def test_an_unknown_status_is_quarantined_with_its_word():
    chosen = rows('["D", "*", "delivered"]', paths='["state", "sub"]')
    result = delivery(chosen, {"state": "X\x1b[2J", "sub": 7, "ref": "1"})
    assert (result.unusable, result.detail) == (QuarantineReason.UNKNOWN_EVENT, "X [2J | 7")


@pytest.mark.parametrize("fields", [{}, {"state": None}, {"state": ""}])
def test_a_missing_status_is_quarantined_with_a_sentence(fields: dict[str, object]):
    assert delivery(rows('["D", "delivered"]'), {"ref": "1"} | fields).detail == "the status is missing"


def test_a_status_without_a_text_is_quarantined_with_a_sentence():
    result = delivery(rows('["D", "delivered"]'), {"ref": "1", "state": [1]})
    assert (result.unusable, result.detail) == (
        QuarantineReason.UNKNOWN_EVENT,
        "the status is no text and no whole number",
    )


def test_an_unknown_status_is_of_no_interest_when_the_profile_says_so():
    chosen = rows('["D", "delivered"]', more='unknown = "info"')
    assert meaning(chosen, "X") == "info"
    assert meaning(chosen, "D") == "delivered"
    assert meaning(chosen, 1.5) == "unknown"


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (["47", "RTO"], "47 | RTO"),
        (["47", ""], "47"),
        (["", "RTO"], " | RTO"),
        (["a", "", "c", "", ""], "a |  | c"),
        (["", ""], ""),
        (["a | b", ""], "a | b"),
    ],
)
def test_the_word_of_a_status_has_its_cells(texts: list[str], word: str):
    assert word_of(texts).split() == word.split()


@pytest.mark.parametrize("state", ["D", "X", "Returned To Hub"])
def test_the_words_of_the_source_go_before_the_rows(state: str):
    chosen = rows('["D", "delivered"]', '["Returned*", "returned"]')
    assert meaning(chosen, state, statuses={state: "in_transit"}) == "in_transit"
    assert meaning(chosen, state, statuses={state: "info"}) == "info"
    assert meaning(chosen, "D", statuses={"X": "in_transit"}) == "delivered"


@pytest.mark.parametrize("star", ["X*", "*", "x"])
def test_the_words_of_the_source_are_whole_and_exact(star: str):
    assert meaning(rows('["D", "delivered"]'), "XY", statuses={star: "lost"}) == "unknown"
    assert meaning(rows('["D", "delivered"]'), "X", statuses={star: "lost"}) == "unknown"


def test_a_word_of_the_source_has_all_cells():
    chosen = rows('["D", "*", "delivered"]', paths='["state", "sub"]')
    own = {"D | RTO": "returned", "47": "lost"}
    assert meaning(chosen, "D", "RTO", statuses=own) == "returned"
    assert meaning(chosen, "D", "x", statuses=own) == "delivered"
    assert meaning(chosen, 47, None, statuses=own) == "lost"
    assert meaning(chosen, 47, "x", statuses=own) == "unknown"


def test_the_words_of_the_source_are_folded_with_the_rows():
    chosen = rows('["D", "*", "delivered"]', paths='["state", "sub"]', more="fold = true")
    own = {"with courier | sub-one": "in_transit"}
    assert meaning(chosen, "WITH_COURIER", "Sub One", statuses=own) == "in_transit"


@pytest.mark.parametrize("own", ["x", "shipment.shipped", "", "hint"])
def test_a_word_of_the_source_must_mean_an_event(own: str):
    with pytest.raises(SettingsError, match="names no event: it must be info or one of"):
        meaning(rows('["D", "delivered"]'), "D", statuses={"D": own})


def test_the_row_that_decided_is_shown():
    chosen = rows('["D", "delivered"]', '["T", "in_transit"]')
    assert reading(chosen, {"state": "T", "ref": "1"}).status == StatusMatch("T", 2, EventName.IN_TRANSIT)
    assert reading(chosen, {"state": "X", "ref": "1"}).status == StatusMatch("X", 0, None)
    own = reading(chosen, {"state": "X", "ref": "1"}, statuses={"X": "info"}).status
    assert own == StatusMatch("X", 0, "info")


@pytest.mark.parametrize(
    "name", [event.removeprefix("shipment.") for event in EventName if event.startswith("shipment")]
)
def test_every_event_of_a_shipment_may_be_named_without_its_family(name: str):
    assert meaning_of(name) == meaning_of(f"shipment.{name}") == f"shipment.{name}"


def test_events_of_an_order_have_their_full_name():
    assert meaning_of("order.shipped") is EventName.ORDER_SHIPPED
    with pytest.raises(ValueError, match="names no event"):
        meaning_of("shipped")


@pytest.mark.parametrize(
    ("first", "second", "hides"),
    [
        ('["D", "delivered"]', '["D", "lost"]', True),
        ('["D", "delivered"]', '["d", "lost"]', False),
        ('["D*", "delivered"]', '["DE", "lost"]', True),
        ('["D*", "delivered"]', '["DE*", "lost"]', True),
        ('["DE*", "delivered"]', '["D*", "lost"]', False),
        ('["*", "delivered"]', '["", "lost"]', True),
        ('["*", "delivered"]', '["*", "lost"]', True),
        ('["*", "delivered"]', '["X*", "lost"]', True),
        ('["", "delivered"]', '["*", "lost"]', False),
        ('[["a", "b"], "delivered"]', '["b", "lost"]', True),
        ('[["a", "b"], "delivered"]', '[["b", "c"], "lost"]', False),
        ('[["a", "b*"], "delivered"]', '[["bc", "a", "bd*"], "lost"]', True),
        ('["a", "delivered"]', '["a*", "lost"]', False),
    ],
)
def test_a_row_that_an_earlier_one_hides_is_an_error(first: str, second: str, hides: bool):
    found = flaws(status=f'from = "state"\nrows = [{first}, ["unrelated", "info"], {second}]')
    assert [("row 3" in flaw, "row 1 hides" in flaw) for flaw in found if "row 3" in flaw] == [(True, True)] * hides


def test_a_row_is_hidden_only_when_every_cell_of_it_is():
    two = 'from = ["state", "sub"]\nrows = [{0}, {1}]'
    assert flaws(status=two.format('["D", "*", "lost"]', '["D", "x", "info"]'))
    assert not flaws(status=two.format('["D", "x", "lost"]', '["D", "*", "info"]'))
    assert not flaws(status=two.format('["D", "", "lost"]', '["D", "x", "info"]'))


def test_folding_may_hide_a_row():
    status = 'from = "state"\nrows = [["A B", "lost"], ["a-b", "info"]]'
    assert not flaws(status=status)
    (flaw,) = flaws(status=status + "\nfold = true")
    assert flaw == "status.rows has row 2 (a-b), which row 1 hides"


@pytest.mark.parametrize("text", ["-", "_", " ", "_*", "- -*"])
def test_a_cell_of_which_fold_leaves_nothing_is_an_error(text: str):
    status = f'from = "state"\nrows = [["{text}", "delivered"], [["x", "y"], "info"]]'
    assert not flaws(status=status)
    (flaw,) = flaws(status=f"{status}\nfold = true")
    assert flaw == f"status.rows has row 1, in which fold leaves nothing of {text.strip()}".rstrip()


def test_a_missing_status_and_any_status_can_be_folded():
    assert not flaws(status='from = "state"\nfold = true\nrows = [["", "created"], ["a-", "lost"], ["*", "info"]]')


def test_a_text_that_is_longer_than_a_status_is_an_error():
    assert not flaws(status=f'from = "state"\nrows = [["{"x" * 200}", "delivered"]]')
    (flaw,) = flaws(status=f'from = "state"\nrows = [[["x", "{"x" * 201}"], "delivered"]]')
    assert flaw == "status.rows has a text of more than 200 characters, which no status can have"
