"""What awalchat alone says of an order."""

import pytest

from tests.support.answers import BEGAN
from tests.support.strange_answers import MISSING
from worker.domain.errors import Transient
from worker.domain.orders import Reading
from worker.domain.stages import Stage, TerminalStatus


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


def test_an_order_is_read_as_it_is_shown(answers):
    assert answers.read(answers.show(shipping_date="2026-11-20")) == Reading(
        status="shipped",
        position=Stage.SHIPPED,
        read_at=BEGAN,
        payment=Payment.PAID,
        notes="ring twice\nplease",
        shipping_date="2026-11-20",
        delivery_date="",
        number="ORD-7",
    )


@pytest.mark.parametrize(
    ("word", "standing"),
    [
        *((stage.value, stage) for stage in Stage),
        ("cancelled", TerminalStatus.CANCELLED),
        ("refunded", TerminalStatus.REFUNDED),
    ],
)
def test_every_status_has_its_meaning(answers, word, position):
    assert answers.read(answers.show(status=word)).position == position


@pytest.mark.parametrize(
    ("word", "paid"), [("paid", True), ("unpaid", False), ("half", None), (None, None), (MISSING, None)]
)
def test_only_the_word_paid_says_paid(answers, word, paid):
    assert answers.read(answers.show(payment_status=word)).paid is paid


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_status": 1},
        {"payment_status": {"paid": True}},
        {"shipping_date": 20261120},
        {"delivery_date": False},
    ],
)
def test_an_order_with_a_field_mistyped_makes_no_sense(answers, changes):
    error = answers.failure(answers.show(**changes))
    assert type(error) is Transient
    assert "makes no sense" in str(error)
