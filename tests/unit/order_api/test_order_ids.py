"""An order id has its platform's form, and can never change the rest of a URL."""

import pytest

from worker.order_api.platforms import PLATFORMS

WORDS = ["", " 1", "1 ", "1\n", "+1", "a b", "a/b", "a:b", "é", "\u0661", "\uff11", "x" * 65]
OTHERS: list[object] = [True, False, 1.0, -1, 10**64, 10**4000, None, [], [1], {}, b"1"]


@pytest.mark.parametrize("value", [1, "1", 10**19 - 1, "9" * 19])
def test_an_order_id_may_be_an_integer_or_a_string(platform, value):
    assert PLATFORMS[platform].read_order_id(value) == str(value)


@pytest.mark.parametrize("value", [*WORDS, *OTHERS], ids=lambda value: repr(value)[:12])
def test_nothing_else_is_an_order_id(platform, value):
    with pytest.raises(ValueError, match="is not an order id"):
        PLATFORMS[platform].read_order_id(value)


@pytest.mark.parametrize(
    "value", [0, 10**19, "0", "01", "-1", "1_0", "a", "9" * 20], ids=lambda value: repr(value)[:12]
)
def test_at_awalchat_an_order_id_is_a_positive_integer_of_at_most_19_digits(value):
    with pytest.raises(ValueError, match="is not an order id"):
        PLATFORMS["awalchat"].read_order_id(value)


@pytest.mark.parametrize("value", ["a", "A-1_b", "x" * 64, "0", 0, 10**63])
def test_at_cekat_an_order_id_may_be_a_word(value):
    assert PLATFORMS["cekat"].read_order_id(value) == str(value)
