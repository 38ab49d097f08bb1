"""What Cekat alone says of an order, in either of its shapes."""

import pytest

from tests.support.answers import BEGAN, answer
from tests.support.strange_answers import MISSING
from worker.domain.errors import Transient
from worker.domain.orders import Reading
from worker.domain.stages import Stage, TerminalStatus
from worker.order_api.cekat.answers import is_proven

COMPLETED = {"fulfillment": {"stage": "completed", "at": "2026-11-20T12:00:00+00:00"}, "crm": "42"}


@pytest.fixture(scope="module")
def platform():
    return "cekat"


def test_an_order_is_read_as_it_is_shown(answers):
    reply = answers.show(tracking_number="TRK1", tracking_url="https://courier.example/TRK1")
    assert answers.read(reply) == Reading(
        status="shipped",
        position=Stage.SHIPPED,
        read_at=BEGAN,
        payment=Payment.UNKNOWN,
        notes="ring twice\nplease",
        tracking="TRK1",
        tracking_url="https://courier.example/TRK1",
        number="ORD-7",
    )


def test_an_order_of_the_other_shape_is_read_as_well(answers):
    fields = {name: value for name, value in answers.order.items() if name != "status"}
    other = answer({"message": "success", "data": {**fields, "order_status": "shipped"}})
    assert answers.read(other) == answers.read(answers.show())


@pytest.mark.parametrize(
    ("word", "standing", "paid"),
    [
        ("pending", Stage.PENDING, None),
        ("paid", Stage.PENDING, True),
        ("processing", Stage.ACCEPTED, None),
        ("shipping", Stage.SHIPPED, None),
        ("shipped", Stage.SHIPPED, None),
        ("delivered", Stage.DELIVERED, None),
        ("completed", Stage.COMPLETED, None),
        ("cancelled", TerminalStatus.CANCELLED, None),
        ("refunded", TerminalStatus.REFUNDED, None),
        ("on_hold", None, None),
    ],
)
def test_every_status_has_its_meaning_and_the_word_paid_says_paid(answers, word, position, paid):
    reading = answers.read(answers.show(status=word))
    assert (reading.status, reading.position, reading.paid) == (word, position, paid)


@pytest.mark.parametrize(
    ("status", "said", "paid"),
    [
        ("pending", "paid", True),
        ("pending", "unpaid", False),
        ("paid", "unpaid", False),
        ("paid", "refunded", None),
        ("paid", None, True),
        ("pending", 7, None),
    ],
)
def test_a_payment_status_of_its_own_goes_before_the_status(answers, status, said, paid):
    assert answers.read(answers.show(status=status, payment_status=said)).paid is paid


@pytest.mark.parametrize(
    ("status", "metadata", "standing"),
    [
        ("delivered", COMPLETED, Stage.COMPLETED),
        ("delivered", {"fulfillment": {"stage": "delivered"}}, Stage.DELIVERED),
        ("delivered", {"fulfillment": "completed"}, Stage.DELIVERED),
        ("delivered", {"stage": "completed"}, Stage.DELIVERED),
        ("delivered", ["fulfillment"], Stage.DELIVERED),
        ("delivered", None, Stage.DELIVERED),
        ("delivered", MISSING, Stage.DELIVERED),
        ("shipped", COMPLETED, Stage.SHIPPED),
        ("refunded", COMPLETED, TerminalStatus.REFUNDED),
        ("lost", COMPLETED, None),
    ],
)
def test_completion_is_read_from_our_metadata_of_an_order_that_is_still_delivered(answers, status, metadata, position):
    assert answers.read(answers.show(status=status, metadata=metadata)).position == position


@pytest.mark.parametrize(("value", "tracking"), [(None, ""), ("", ""), (12345, "12345"), (MISSING, None)])
def test_tracking_that_is_not_shown_is_not_taken_for_none(answers, value, tracking):
    assert answers.read(answers.show(tracking_number=value)).tracking == tracking


@pytest.mark.parametrize("value", [None, MISSING, ""])
def test_an_order_without_a_url_or_a_number_has_none(answers, value):
    reading = answers.read(answers.show(tracking_url=value, order_number=value))
    assert (reading.tracking_url, reading.number) == ("", "")


def test_a_success_may_name_an_error_that_is_none(answers):
    assert answers.read(answer({"success": True, "error": None, "data": answers.order})).status == "shipped"


@pytest.mark.parametrize("changes", [{"tracking_number": 7.5}, {"tracking_url": {"a": 1}}])
def test_an_order_with_a_field_mistyped_makes_no_sense(answers, changes):
    error = answers.failure(answers.show(**changes))
    assert type(error) is Transient
    assert "makes no sense" in str(error)


@pytest.mark.parametrize("told", [{"message": "Success"}, {"success": None, "message": "success"}])
def test_an_envelope_that_tells_of_no_success_proves_nothing(answers, told):
    assert type(answers.failure(answer({**told, "data": answers.order}))) is Transient


@pytest.mark.parametrize(
    ("history", "proven"),
    [
        (MISSING, True),
        (None, True),
        ([], True),
        ("delivered", True),
        ([{"status": "delivered", "timestamp": "x"}], True),
        ([{"order_status": "delivered"}], True),
        ([{"status": "delivered"}, {"status": "shipped"}], True),
        ([{"status": "shipped"}], False),
        ([{"status": {"a": 1}}, 7, None, ["delivered"]], False),
    ],
)
def test_a_status_is_proven_by_the_history_where_the_answer_has_one(answers, history, proven):
    shown = answers.shown(answers.show(status="delivered", status_history=history))
    assert is_proven(shown, "delivered") is proven
