"""The work for one delivery: what stands once in a document costs little, however many elements there are."""

from collections.abc import Callable, Sized
from typing import Any

import pytest

from tests.support.invented import delivery, event, names, profile
from webhook_receiver.profiles import orders, reading
from webhook_receiver.profiles.engine import statuses, values
from webhook_receiver.profiles.engine.documents import MAX_ELEMENTS
from webhook_receiver.profiles.engine.statuses import MAX_CELL
from webhook_receiver.profiles.engine.values import is_longer_than
from webhook_receiver.profiles.reading import MAX_KEY_TEXT
from worker.domain.reasons import QuarantineReason

LONG = 50_000
FILLS = ("x", "- ", "\t", "\u202e")
fill = pytest.mark.parametrize("fill", FILLS)
BATCH = profile(
    top="max_body = 262144",
    document='each = "d[]"',
    read="""
number = "d[].ref"
tracking = "awb"
shipment = "ship"
note = "note"
time = "at"
tracking_url = "url"
key = ["d[].ref", "more"]
""",
    status='from = ["d[].state", "state"]\nfold = true\nrows = [["D", "*", "delivered"]]',
)
ELEMENTS = [{"ref": f"O{number}", "state": "D"} for number in range(MAX_ELEMENTS)]


class Lengths:
    """Counts how much is given to a function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.total, self.largest = function, 0, 0

    def __call__(self, *given: Any) -> Any:
        size = sum(len(one) for one in given if isinstance(one, Sized))
        self.total, self.largest = self.total + size, max(self.largest, size)
        return self.function(*given)


@pytest.fixture(name="work")
def fixture_work(monkeypatch: pytest.MonkeyPatch) -> dict[str, Lengths]:
    found: dict[str, Lengths] = {}
    for module in (statuses, values, orders, reading):
        for name in ("clean_text", "folded", "canonical", "fingerprint"):
            if hasattr(module, name):
                key = f"{module.__name__.rpartition('.')[2]}.{name}"
                found[key] = Lengths(getattr(module, name))
                monkeypatch.setattr(module, name, found[key])
    return found


@fill
def test_a_long_status_of_the_whole_document_is_an_unknown_event_of_little_work(fill: str, work: dict[str, Lengths]):
    result = delivery(BATCH, {"d": ELEMENTS, "state": fill * LONG})
    assert result.unusable is QuarantineReason.UNKNOWN_EVENT
    assert len(result.detail) <= MAX_CELL
    assert work["statuses.clean_text"].total >= MAX_ELEMENTS
    assert max(one.largest for one in work.values()) <= 3 * MAX_CELL


@fill
@pytest.mark.parametrize("field", ["awb", "ship", "at", "url"])
def test_no_long_field_of_the_whole_document_is_worked_on_for_each_element(
    field: str, fill: str, work: dict[str, Lengths]
):
    delivery(BATCH, {"d": ELEMENTS, field: fill * LONG})
    assert max(one.largest for one in work.values()) <= 3 * MAX_CELL


@pytest.mark.parametrize("long", ["x" * LONG, ["x"] * LONG, {str(number): number for number in range(LONG)}], ids=type)
def test_a_key_of_a_long_field_is_quarantined_before_it_is_worked_on(long: object, work: dict[str, Lengths]):
    result = delivery(BATCH, {"d": ELEMENTS, "more": long})
    assert (result.unusable, result.detail) == (
        QuarantineReason.NO_KEY,
        "d[].ref, more have more than 10000 characters",
    )
    assert work["reading.canonical"].total == work["reading.fingerprint"].total == 0


def test_a_time_that_is_a_long_list_cannot_be_read_and_is_not_worked_on(work: dict[str, Lengths]):
    result = delivery(BATCH, {"d": ELEMENTS, "at": ["x"] * LONG})
    assert len(result.events) == MAX_ELEMENTS
    assert result.detail == "the time cannot be read, so the arrival counts"
    assert work["reading.canonical"].total == 0


def test_the_longest_status_is_compared():
    status = f'from = "state"\nrows = [["{"x" * MAX_CELL}", "delivered"], ["*", "info"]]'
    chosen = profile(status=status)
    assert names(delivery(chosen, {"state": "x" * MAX_CELL, "ref": "1"})) == ["delivered"]
    result = delivery(chosen, {"state": "x" * (MAX_CELL + 1), "ref": "1"})
    assert (result.unusable, result.detail) == (QuarantineReason.UNKNOWN_EVENT, "x" * MAX_CELL)


def test_a_key_has_all_of_the_longest_fields():
    chosen = profile(read='number = "ref"\nkey = ["ref", "more"]')
    first, other = (
        event(chosen, {"state": "D", "ref": "1", "more": "x" * (MAX_KEY_TEXT - 10) + end}).key for end in ("a", "b")
    )
    assert first != other
    assert delivery(chosen, {"state": "D", "ref": "1", "more": "x" * (MAX_KEY_TEXT - 2)}).unusable


def test_a_long_first_status_field_chooses_no_time():
    status = 'from = "state"\nrows = [["D", "delivered"], ["x*", "lost"]]'
    chosen = profile(
        document='each = "d[]"\npick = "latest"',
        read='number = "d[].ref"\ntime = "d[].at"\n[read.time_of]\nD = "d[].done"',
        status=status.replace('"state"', '"d[].state"'),
    )
    elements = [
        {"ref": "1", "state": "x" * 201, "at": "2026-11-27T10:00:00Z", "done": "2026-11-27T12:00:00Z"},
        {"ref": "2", "state": "D", "done": "2026-11-27T11:00:00Z"},
    ]
    result = delivery(chosen, {"d": elements})
    assert (result.unusable, [one.order.order_id for one in result.events]) == (None, ["number:2"])


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("abc", 3),
        ("", 0),
        (7, 1),
        (None, 1),
        (1.5, 1),
        ([], 0),
        ([1, 2], 10),
        ({"ab": [1]}, 11),
        (["abc", {"d": "e"}], 17),
    ],
)
def test_the_length_of_a_value_is_that_of_its_texts_and_four_for_each_value_in_it(value: object, size: int):
    assert is_longer_than(value, size - 1)
    assert not is_longer_than(value, size)
