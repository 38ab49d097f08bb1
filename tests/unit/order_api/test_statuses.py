"""Status words are data: a platform's own, and those that an account adds."""

import pytest

from worker.domain.stages import STAGES, Stage, TerminalStatus
from worker.order_api.platforms import PLATFORMS
from worker.order_api.statuses import MEANINGS, Meaning

EACH = pytest.mark.parametrize("table", [platform.statuses for platform in PLATFORMS.values()], ids=[*PLATFORMS])


@EACH
def test_every_word_means_something_that_settings_can_say(table):
    assert set(table.meanings.values()) <= set(MEANINGS)


@EACH
def test_a_word_that_asks_for_a_place_means_that_place(table):
    assert {table.read(word).position: word for word in table.asks.values()} == dict(table.asks)


@EACH
def test_every_step_but_completion_has_a_word_and_payment_has_none(table):
    assert set(table.asks) >= set(STAGES[1:-1])
    assert all(table.read(word).paid is None for word in table.asks.values())


@EACH
def test_every_ending_can_be_seen(table):
    assert {table.read(word).position for word in table.meanings} >= {*TerminalStatus}


@EACH
def test_a_word_that_nobody_knows_means_nothing(table):
    assert table.read("on_hold") == table.read("") == Meaning(None)


@EACH
def test_an_accounts_own_words_are_known_beside_the_others(table):
    own = table.extended({"packed": "accepted", "settled": "paid", "pending": "shipped"})
    assert own.read("packed") == Meaning(Stage.ACCEPTED)
    assert own.read("settled") == Meaning(Stage.PENDING, payment=Payment.PAID)
    assert own.read("pending") == Meaning(Stage.SHIPPED)
    assert table.read("packed") == Meaning(None)


@EACH
def test_an_ending_stays_an_ending(table):
    assert table.extended({"cancelled": "cancelled", "void": "cancelled"}).read("void") == Meaning(
        TerminalStatus.CANCELLED
    )
    with pytest.raises(ValueError, match="must leave “cancelled” to mean cancelled"):
        table.extended({"cancelled": "pending"})


@EACH
def test_a_word_that_asks_for_a_place_keeps_its_meaning(table):
    for word in table.asks.values():
        with pytest.raises(ValueError, match=f"must leave “{word}”"):
            table.extended({word: "cancelled"})
