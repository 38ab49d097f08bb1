"""What only Cekat says of an order, in either of its shapes."""

import pytest

from tests.support.answers import BEGAN_AT, answer
from tests.support.strange_answers import MISSING
from worker.domain.errors import Transient
from worker.domain.orders import Payment, Reading
from worker.domain.stages import Stage, TerminalStatus
from worker.order_api.cekat.responses import history_has, without_unshown

COMPLETED = {"fulfillment": {"stage": "completed", "at": "2026-11-20T12:00:00+00:00"}, "crm": "42"}


@pytest.fixture(scope="module")
def platform():
    return "cekat"


def test_an_order_is_read_as_it_is_shown(answers):
    response = answers.show(tracking_number="TRK1", tracking_url="https://courier.example/TRK1")
    assert answers.read(response) == Reading(
        status="shipped",
        position=Stage.SHIPPED,
        read_at=BEGAN_AT,
        payment=Payment.UNKNOWN,
        notes="ring twice\nplease",
        tracking="TRK1",
        tracking_url="https://courier.example/TRK1",
        number="ORD-7",
    )


def test_an_order_of_the_other_shape_is_read_in_the_same_way(answers):
    fields = {name: value for name, value in answers.order.items() if name != "status"}
    other = answer({"message": "success", "data": {**fields, "order_status": "shipped"}})
    assert answers.read(other) == answers.read(answers.show())


@pytest.mark.parametrize(
    ("word", "position", "payment"),
    [
        ("pending", Stage.PENDING, Payment.UNKNOWN),
        ("paid", Stage.PENDING, Payment.PAID),
        ("processing", Stage.ACCEPTED, Payment.UNKNOWN),
        ("shipping", Stage.SHIPPED, Payment.UNKNOWN),
        ("shipped", Stage.SHIPPED, Payment.UNKNOWN),
        ("delivered", Stage.DELIVERED, Payment.UNKNOWN),
        ("completed", Stage.COMPLETED, Payment.UNKNOWN),
        ("cancelled", TerminalStatus.CANCELLED, Payment.UNKNOWN),
        ("refunded", TerminalStatus.REFUNDED, Payment.UNKNOWN),
        ("on_hold", None, Payment.UNKNOWN),
    ],
)
def test_every_status_has_its_meaning_and_the_word_paid_means_paid(answers, word, position, payment):
    reading = answers.read(answers.show(status=word))
    assert (reading.status, reading.position, reading.payment) == (word, position, payment)


@pytest.mark.parametrize(
    ("status", "payment_status", "payment"),
    [
        ("pending", "paid", Payment.PAID),
        ("pending", "unpaid", Payment.UNPAID),
        ("paid", "unpaid", Payment.UNPAID),
        ("paid", "refunded", Payment.UNKNOWN),
        ("paid", None, Payment.PAID),
        ("pending", 7, Payment.UNKNOWN),
    ],
)
def test_a_payment_status_takes_precedence_over_the_status(answers, status, payment_status, payment):
    assert answers.read(answers.show(status=status, payment_status=payment_status)).payment is payment


@pytest.mark.parametrize(
    ("status", "metadata", "position"),
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
def test_completion_is_read_from_our_metadata_while_the_order_is_delivered(answers, status, metadata, position):
    assert answers.read(answers.show(status=status, metadata=metadata)).position == position


@pytest.mark.parametrize(
    ("value", "tracking"), [(None, ""), ("", ""), (12345, "12345"), (MISSING, ""), (7.5, None), ([], None)]
)
def test_a_created_order_is_shown_without_its_empty_tracking_number(answers, value, tracking):
    assert answers.read(answers.show(tracking_number=value)).tracking == tracking


@pytest.mark.parametrize(("value", "tracking"), [("TRK1", "TRK1"), (None, ""), (MISSING, None)])
def test_a_tracking_number_that_the_answer_to_an_update_leaves_out_is_unknown(answers, value, tracking):
    order = answers.order_in(answers.show(tracking_number=value))
    assert without_unshown(order, completes=False).reading.tracking == tracking


@pytest.mark.parametrize(
    ("metadata", "completes", "partial"), [(MISSING, True, True), (MISSING, False, False), ({}, True, False)]
)
def test_the_answer_to_a_completion_is_partial_when_it_leaves_out_the_metadata(answers, metadata, completes, partial):
    order = answers.order_in(answers.show(status="delivered", metadata=metadata))
    assert without_unshown(order, completes=completes).reading.partial is partial


@pytest.mark.parametrize("value", [None, MISSING, ""])
def test_a_url_and_a_number_that_are_missing_are_empty(answers, value):
    reading = answers.read(answers.show(tracking_url=value, order_number=value))
    assert (reading.tracking_url, reading.number) == ("", "")


def test_a_success_may_have_an_error_of_null(answers):
    assert answers.read(answer({"success": True, "error": None, "data": answers.order})).status == "shipped"


@pytest.mark.parametrize(("value", "url"), [({"a": 1}, "{'a': 1}"), (7, "7"), ([], ""), (False, "")])
def test_a_tracking_url_of_a_wrong_type_is_kept_unless_it_is_plainly_empty(answers, value, url):
    assert answers.read(answers.show(tracking_url=value)).tracking_url == url


@pytest.mark.parametrize("envelope", [{"message": "Success"}, {"success": None, "message": "success"}])
def test_an_envelope_that_does_not_say_success_proves_nothing(answers, envelope):
    assert type(answers.failure(answer({**envelope, "data": answers.order}))) is Transient


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
def test_a_status_is_proven_by_the_history_if_the_answer_has_one(answers, history, proven):
    order = answers.order_in(answers.show(status="delivered", status_history=history))
    assert history_has(order, "delivered") is proven
