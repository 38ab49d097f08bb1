"""What only awalchat says of an order."""

import pytest

from tests.support.answers import BEGAN_AT, answer
from tests.support.strange_answers import MISSING
from worker.domain.errors import Transient
from worker.domain.orders import Payment, Reading
from worker.domain.stages import Stage, TerminalStatus


@pytest.fixture(scope="module")
def platform():
    return "awalchat"


def test_an_order_is_read_as_it_is_shown(answers):
    assert answers.read(answers.show(shipping_date="2026-11-20")) == Reading(
        status="shipped",
        position=Stage.SHIPPED,
        read_at=BEGAN_AT,
        payment=Payment.PAID,
        notes="ring twice\nplease",
        shipping_date="2026-11-20",
        delivery_date="",
        number="ORD-7",
    )


@pytest.mark.parametrize(
    ("word", "position"),
    [
        *((stage.value, stage) for stage in Stage),
        ("cancelled", TerminalStatus.CANCELLED),
        ("refunded", TerminalStatus.REFUNDED),
    ],
)
def test_every_status_has_its_meaning(answers, word, position):
    assert answers.read(answers.show(status=word)).position == position


@pytest.mark.parametrize(
    ("word", "payment"),
    [
        ("paid", Payment.PAID),
        ("unpaid", Payment.UNPAID),
        ("half", Payment.UNKNOWN),
        (None, Payment.UNKNOWN),
        (MISSING, Payment.UNKNOWN),
    ],
)
def test_only_the_word_paid_means_paid(answers, word, payment):
    assert answers.read(answers.show(payment_status=word)).payment is payment


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_status": 1},
        {"payment_status": {"paid": True}},
    ],
)
def test_an_order_whose_payment_cannot_be_read_makes_no_sense(answers, changes):
    error = answers.failure(answers.show(**changes))
    assert type(error) is Transient
    assert "makes no sense" in str(error)


@pytest.mark.parametrize(
    ("value", "read"),
    [(False, ""), (0, ""), ([], ""), (20261120, "20261120"), ({"y": 2026}, "{'y': 2026}"), (True, "True")],
)
def test_a_date_of_a_wrong_type_is_kept_unless_it_is_plainly_empty(answers, value, read):
    assert answers.read(answers.show(shipping_date=value)).shipping_date == read
    assert answers.read(answers.show(delivery_date=value)).delivery_date == read


def test_a_flawed_date_is_kept_so_that_no_write_replaces_it(answers):
    body = answers.show(shipping_date="?").body.replace(b'"?"', b'"2026\\ud800"')
    assert answers.read(answer(body)).shipping_date == "2026\ufffd"
