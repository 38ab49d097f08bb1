"""Every platform has status words, and an account may add its own."""

import pytest

from worker.domain.orders import Payment
from worker.domain.stages import STAGES, Stage, TerminalStatus
from worker.order_api.platforms import PLATFORMS
from worker.order_api.statuses import MEANINGS, Meaning

EACH = pytest.mark.parametrize("table", [platform.statuses for platform in PLATFORMS.values()], ids=[*PLATFORMS])


@EACH
def test_every_status_means_something_that_settings_can_say(table):
    assert set(table.meanings.values()) <= set(MEANINGS)


@EACH
def test_a_status_that_a_write_sets_means_its_stage(table):
    assert {table.read(status).position: status for status in table.status_of.values()} == dict(table.status_of)


@EACH
def test_every_step_but_completion_has_a_status_and_none_of_them_claims_a_payment(table):
    assert set(table.status_of) >= set(STAGES[1:-1])
    assert all(table.read(status).payment is Payment.UNKNOWN for status in table.status_of.values())


@EACH
def test_every_terminal_status_can_be_read(table):
    assert {table.read(word).position for word in table.meanings} >= {*TerminalStatus}


@EACH
def test_an_unknown_status_has_no_position(table):
    assert table.read("on_hold") == table.read("") == Meaning(None)


@EACH
def test_an_accounts_own_statuses_are_added_to_the_platforms(table):
    own = table.extended({"packed": "accepted", "settled": "paid", "pending": "shipped"})
    assert own.read("packed") == Meaning(Stage.ACCEPTED)
    assert own.read("settled") == Meaning(Stage.PENDING, payment=Payment.PAID)
    assert own.read("pending") == Meaning(Stage.SHIPPED)
    assert table.read("packed") == Meaning(None)


@EACH
def test_a_terminal_status_stays_terminal(table):
    assert table.extended({"cancelled": "cancelled", "void": "cancelled"}).read("void") == Meaning(
        TerminalStatus.CANCELLED
    )
    with pytest.raises(ValueError, match="must keep the meaning cancelled of “cancelled”"):
        table.extended({"cancelled": "pending"})


@EACH
def test_a_status_that_a_write_sets_keeps_its_meaning(table):
    for status in table.status_of.values():
        with pytest.raises(ValueError, match=f"must keep the meaning .* of “{status}”: writes"):
            table.extended({status: "cancelled"})
